"""Reference data: signed, versioned, effective-dated files, and how they are read."""
