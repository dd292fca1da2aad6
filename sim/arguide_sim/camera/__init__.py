"""A simulated webcam: what a camera sees of the simulated world, with all that makes pictures worse."""
