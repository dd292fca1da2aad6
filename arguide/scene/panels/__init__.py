"""Panels of text, charts and controls over the picture: Dear ImGui, drawn by Panda3D."""
