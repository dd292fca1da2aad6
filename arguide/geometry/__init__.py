"""Rigid transforms, the frame graph, meshes and distance fields. Lengths in mm, angles in radians."""
