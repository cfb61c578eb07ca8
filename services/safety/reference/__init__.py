"""What medicine says and a clinical lead signs: versioned files and their typed loaders."""
