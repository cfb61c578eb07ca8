"""Rules and mappings: no I/O, no clock."""
