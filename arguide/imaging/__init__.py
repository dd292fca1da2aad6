"""Volumes and label maps: from voxels to meshes and scenarios."""
