"""Needle plans and whether they make sense."""
