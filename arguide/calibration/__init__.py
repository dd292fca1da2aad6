"""Where a tool's tip and axis are, what a camera sees, and how late it tells: pivot, spin, template, camera, hand-eye, time."""
