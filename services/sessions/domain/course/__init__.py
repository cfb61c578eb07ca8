"""The aggregate `course`."""
