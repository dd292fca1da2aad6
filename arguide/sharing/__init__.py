"""What the session knows, told to other programs while it happens."""
