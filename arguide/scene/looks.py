"""How the panels look, as the user wants it: changed while the program runs, and remembered."""

from dataclasses import dataclass


@dataclass
class Looks:
    """Theme and scale."""

    theme: str = "dark"
    """`dark` or `light`."""
    scale: float = 1.0
    """On top of what the size of the window asks for."""
