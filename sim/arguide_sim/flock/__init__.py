"""An emulated Flock of Birds."""
