"""What the trainee sees: the Panda3D scene and its pictures. The only room that knows Panda3D's conventions."""
