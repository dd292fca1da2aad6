"""Readings and a plan become a needle pose, a deviation, a phase and the next thing to do."""
