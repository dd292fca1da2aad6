"""`--igtl-server`: what the session knows, live, for 3D Slicer, PLUS and their kin."""

import argparse
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from arguide.settings.scenario import Plan
    from arguide.sharing.server import IgtlServer

LOOPBACK = "127.0.0.1"


def add_igtl_server(command: argparse.ArgumentParser) -> None:
    """--igtl-server [HOST:]PORT."""
    command.add_argument(
        "--igtl-server",
        type=address,
        metavar="[HOST:]PORT",
        help="share needle, deviation and plan over OpenIGTLink (usual port: 18944); without HOST to this machine only",
    )


def address(text: str) -> tuple[str, int]:
    """`18944` or `0.0.0.0:18944` as host and port."""
    host, _, port = text.rpartition(":")
    if not port.isdecimal() or int(port) > 65535:
        raise argparse.ArgumentTypeError(f"expected [HOST:]PORT, for example 18944, got {text!r}")
    return host or LOOPBACK, int(port)


def server_for(plan: "Plan", where: tuple[str, int], now_s: float) -> "IgtlServer":
    """A server that shares a session with this plan, whose clock says `now_s`; not open yet."""
    from arguide.sharing.messages import of_plan, of_state
    from arguide.sharing.server import IgtlServer

    wall_from_host_s = time.time() - now_s
    return IgtlServer(
        *where,
        lambda state: of_state(state, state.sample.host_time_s + wall_from_host_s),
        [of_plan(plan, time.time())],
    )
