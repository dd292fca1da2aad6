"""Polhemus magnetic trackers over RS-232: FASTRAK, PATRIOT and LIBERTY."""
