"""The tables of safety, and the reads that no document answers by its id."""
