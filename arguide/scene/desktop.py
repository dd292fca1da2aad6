"""Where windows are: what room and density a desktop has, and whether it is another machine's."""

from collections.abc import Mapping

Size = tuple[int, int]
DESIGN: Size = (1280, 720)
SMALLEST: Size = (320, 180)
LARGEST = 8192
HALF = 0.5

REMOTE = {
    "remote desktop": "sit at the machine itself, or use a remote desktop that draws there, such as VNC",
    "SSH": "windows through SSH have an old OpenGL only: use VNC on that machine",
}


def remote_session(environment: Mapping[str, str]) -> str:
    """`remote desktop` or `SSH` where the screen is somewhere else, as far as the environment tells; else empty."""
    if environment.get("SESSIONNAME", "").startswith("RDP") or "XRDP_SESSION" in environment:
        return "remote desktop"
    display = environment.get("DISPLAY", "")
    through_ssh = "SSH_CONNECTION" in environment and display.partition(":")[0] in ("localhost", "127.0.0.1")
    return "SSH" if through_ssh else ""


def fitting(room: Size, zoom: float, design: Size = DESIGN) -> Size:
    """The size for a window on a desktop of this many pixels and this density, 1 for the usual.

    Not every desktop tells its density (X11 does not): a window never takes less than half of it.
    """
    wanted = min(max(zoom, 1.0, HALF * room[0] / design[0]), 4.0)
    found = min(wanted, 0.95 * room[0] / design[0], 0.9 * room[1] / design[1])
    width, height = (max(least, round(found * side)) for side, least in zip(design, SMALLEST, strict=True))
    return width, height
