"""What operators ask of every service."""
