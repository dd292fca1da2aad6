"""Tracker drivers: bytes become packets, packets become readings."""
