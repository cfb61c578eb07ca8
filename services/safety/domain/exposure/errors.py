"""Why an exposure refuses: it never does, since what was given was given."""
