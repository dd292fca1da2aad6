"""How hands move tools: one small class per motion, each a pure function of time.

A motion gives the pose of the tool's tip frame (+z is the direction of advance, +x the side its markers look to)
in the frame that it was made for, `image` or `tracker`.
"""
