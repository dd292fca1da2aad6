"""Ascension's Flock of Birds, a magnetic tracker, over RS-232."""
