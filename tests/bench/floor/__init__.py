"""The floors: the least that does the same work, with nothing of the house in it."""
