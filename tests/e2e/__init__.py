"""Four processes over real servers, spoken to as an outside client does."""
