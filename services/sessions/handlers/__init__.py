"""Each aggregate with its table, its rules, and what its commands must know."""
