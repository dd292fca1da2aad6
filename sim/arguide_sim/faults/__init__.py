"""What goes wrong between a tracker and its host: kinds of faults, when they happen, and what they do.

`kinds` is the list of them, `fault_file` reads scripts, `schedule` says what is the matter at a moment; `scene`,
`on_device` and `on_line` carry it out.
"""
