"""What is kept of a patient follows them, in sessions and safety on real servers."""
