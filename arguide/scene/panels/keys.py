"""What the keyboard and the mouse did, from Panda3D's words to Dear ImGui's."""

from imgui_bundle import imgui

BUTTONS = {"mouse1": 0, "mouse3": 1, "mouse2": 2}
WHEEL = {"wheel_up": (0.0, 1.0), "wheel_down": (0.0, -1.0), "wheel_left": (1.0, 0.0), "wheel_right": (-1.0, 0.0)}
_NAMED = {
    "arrow_left": "left_arrow",
    "arrow_right": "right_arrow",
    "arrow_up": "up_arrow",
    "arrow_down": "down_arrow",
    "lshift": "left_shift",
    "rshift": "right_shift",
    "lcontrol": "left_ctrl",
    "rcontrol": "right_ctrl",
    "lalt": "left_alt",
    "ralt": "right_alt",
    "-": "minus",
    "=": "equal",
    ",": "comma",
    ".": "period",
    "/": "slash",
}
_SAME = ("tab", "page_up", "page_down", "home", "end", "insert", "delete", "backspace", "space", "enter", "escape")
KEYS: dict[str, imgui.Key] = {
    **{theirs: getattr(imgui.Key, ours) for theirs, ours in _NAMED.items()},
    **{name: getattr(imgui.Key, name) for name in _SAME},
    **{letter: getattr(imgui.Key, letter) for letter in "abcdefghijklmnopqrstuvwxyz"},
    **{digit: getattr(imgui.Key, f"_{digit}") for digit in "0123456789"},
    **{f"f{k}": getattr(imgui.Key, f"f{k}") for k in range(1, 13)},
}
MODIFIERS = {"shift": imgui.Key.mod_shift, "control": imgui.Key.mod_ctrl, "alt": imgui.Key.mod_alt}


def is_pointing(event: str) -> bool:
    """Whether this is about the mouse."""
    return event.removesuffix("-up") in BUTTONS or event in WHEEL


def hand_over(io: imgui.IO, event: str) -> None:
    """Tell Dear ImGui of one event; repeats it makes itself."""
    name, down = event.removesuffix("-up"), not event.endswith("-up")
    if name in BUTTONS:
        io.add_mouse_button_event(BUTTONS[name], down)
    elif name in WHEEL:
        io.add_mouse_wheel_event(*WHEEL[name])
    elif name in MODIFIERS:
        io.add_key_event(MODIFIERS[name], down)
    elif name in KEYS:
        io.add_key_event(KEYS[name], down)
