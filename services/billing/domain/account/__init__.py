"""The aggregate `account`."""
