"""Live states to a file and back."""
