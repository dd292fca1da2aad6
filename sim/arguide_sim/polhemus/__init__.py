"""Emulated Polhemus trackers: FASTRAK, PATRIOT and LIBERTY."""
