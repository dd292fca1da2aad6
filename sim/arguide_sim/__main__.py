"""`python -m arguide_sim polaris-spectra --pty`: an emulated tracker in a process of its own."""

import argparse
import dataclasses
import json
import os
import signal
import sys
import threading
from collections.abc import Callable
from contextlib import ExitStack, suppress
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

from arguide.errors import ArguideError, SettingsError
from arguide_sim.control import Control, from_network, from_terminal
from arguide_sim.device import Device
from arguide_sim.emulation import CLOCKS, MOTIONS, NDI, Emulation, Options, emulate
from arguide_sim.magnetic_emulation import DEVICES, emulate_magnetic
from arguide_sim.ndi.models import MODELS
from arguide_sim.serve_tcp import TcpServer
from arguide_sim.truth_log import TruthLog

if TYPE_CHECKING:
    from arguide_sim.serve_pty import PtyServer

TERMINAL = ()
"""Instead of an address: standard input. (No text: those are read as addresses.)"""


def main(arguments: list[str] | None = None) -> int:
    """Serve until told to stop; returns the exit status."""
    given = _parser().parse_args(arguments)
    for signum in (signal.SIGTERM, signal.SIGINT):
        signal.signal(signum, _leave)
    if given.until_eof and given.control != TERMINAL:
        threading.Thread(target=_leave_at_eof, daemon=True).start()
    try:
        _serve(given.make(given), given)
    except ArguideError as error:
        print(f"arguide_sim: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        pass
    return 0


def write_truth(emulation: Emulation, file: Path) -> None:
    """Write what is true as JSON. Raises SettingsError when it cannot."""
    part = file.with_name(file.name + ".part")
    try:
        part.write_text(json.dumps(emulation.truth(), indent=1) + "\n", encoding="utf-8")
        os.replace(part, file)
    except OSError as error:
        raise SettingsError(
            f"{file}: cannot write the truth there ({error.strerror}); choose another --truth"
        ) from None


def _ndi(given: argparse.Namespace) -> Emulation:
    """The emulation that the options of an NDI tracker ask for."""
    names = [field.name for field in dataclasses.fields(Options)]
    options = Options(**{name: getattr(given, name) for name in names})
    return emulate(options, network=bool(given.tcp) and MODELS[options.model].modern)


def _magnetic(given: argparse.Namespace) -> Emulation:
    """The emulation that the options of a magnetic tracker ask for."""
    names = [field.name for field in dataclasses.fields(Options) if field.name != "model"]
    return emulate_magnetic(given.magnetic, Options(**{name: getattr(given, name) for name in names}), given.baud)


def _serve(emulation: Emulation, given: argparse.Namespace) -> None:
    attend = _attend(emulation, given)
    if given.truth:
        write_truth(emulation, given.truth)
    with ExitStack() as stack:
        if given.truth_log and emulation.inside and emulation.company:
            log = TruthLog(given.truth_log, emulation.company, emulation.time.now)
            emulation.log_to(stack.enter_context(log))
        line = _line(emulation.device, given)
        stack.enter_context(line)
        _announce(line.url)
        line.run(attend, _announce)


def _line(device: Device, given: argparse.Namespace) -> "PtyServer | TcpServer":
    if given.tcp:
        return TcpServer(device, *given.tcp)
    try:
        # Imported when asked for: Windows has no pseudo-terminals.
        from arguide_sim.serve_pty import PtyServer
    except ImportError:
        raise SettingsError("this system has no pseudo-terminals; use --tcp 127.0.0.1:0") from None
    return PtyServer(device, given.link or (given.pty if given.pty != Path() else None), given.breaks)


def _attend(emulation: Emulation, given: argparse.Namespace) -> Callable[[], None] | None:
    """Let somebody reach into it, from the terminal or from a loopback address."""
    if given.control is None:
        return None
    control = Control(emulation)
    if given.control == TERMINAL:
        from_terminal(control, _terminate if given.until_eof else None)
    else:
        print(f"control {from_network(control, *given.control)}", flush=True)
    return control.attend


def _announce(url: str) -> None:
    """The one line a parent process waits for. A parent that does not listen is no reason to stop."""
    with suppress(BrokenPipeError):
        print(f"ready {url}", flush=True)


def _leave(signum: int, frame: FrameType | None) -> None:
    # Once is enough: a second signal must not keep the first from tidying up.
    for other in (signal.SIGTERM, signal.SIGINT):
        signal.signal(other, signal.SIG_IGN)
    raise KeyboardInterrupt


def _leave_at_eof() -> None:
    """End the process when its parent is gone. Reads the descriptor itself: sys.stdin's lock would outlive us."""
    with suppress(OSError):
        while os.read(0, 4096):
            pass
    _terminate()


def _terminate() -> None:
    os.kill(os.getpid(), signal.SIGTERM)


def _address(text: str) -> tuple[str, int]:
    host, colon, port = text.rpartition(":")
    if not colon or not port.isdecimal() or int(port) > 65535:
        raise argparse.ArgumentTypeError(f"expected HOST:PORT, got {text!r}")
    return host or "127.0.0.1", int(port)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m arguide_sim", description="Simulated tracking devices.")
    devices = parser.add_subparsers(required=True, metavar="DEVICE")
    for name, model in NDI.items():
        title = f"NDI {MODELS[model].title}" if name != "polaris" else "NDI Polaris of any --model"
        device = devices.add_parser(name, help=title, description=f"An emulated {title}, and the hands before it.")
        _add_line(device)
        _add_world(device)
        _add_trouble(device)
        device.add_argument("--model", choices=MODELS, default=model)
        device.set_defaults(make=_ndi)
    for name, (title, _) in DEVICES.items():
        device = devices.add_parser(name, help=title, description=f"An emulated {title}, and the hands before it.")
        _add_line(device)
        _add_world(device)
        device.add_argument("--baud", type=int, default=115200, help="speed, as set by the switches of the device")
        device.set_defaults(make=_magnetic, magnetic=name, faults="", paced=False, rate=0.0, truth_log=None)
    return parser


def _add_line(device: argparse.ArgumentParser) -> None:
    """Options about the line, the same for every device."""
    where = device.add_mutually_exclusive_group(required=True)
    where.add_argument(
        "--pty",
        type=Path,
        nargs="?",
        const=Path(),
        metavar="LINK",
        help="serve on a pseudo-terminal (Linux, macOS), under the name LINK too",
    )
    where.add_argument(
        "--tcp", type=_address, metavar="HOST:PORT", help="serve on a TCP port; 127.0.0.1:0 takes a free one"
    )
    device.add_argument("--link", type=Path, help="the same as LINK after --pty")
    device.add_argument("--no-break", dest="breaks", action="store_false", help="never take a flush for a serial break")
    device.add_argument(
        "--control",
        nargs="?",
        type=_address,
        const=TERMINAL,
        metavar="HOST:PORT",
        help="take orders (faults, tools) from standard input, or from a TCP port; write help there",
    )
    device.add_argument("--until-eof", action="store_true", help="end when standard input closes")


def _add_trouble(device: argparse.ArgumentParser) -> None:
    """Options about what goes wrong, and who knows."""
    device.add_argument("--faults", default="", metavar="NAME_OR_FILE", help="what goes wrong, and when")
    device.add_argument("--paced", action="store_true", help="replies take the time that their bytes take on the line")
    device.add_argument("--rate", type=float, default=0.0, metavar="HZ", help="frames a second (Vega: up to 400)")
    device.add_argument("--truth-log", type=Path, metavar="FILE.jsonl", help="write what was true in every frame")


def _add_world(device: argparse.ArgumentParser) -> None:
    """Options about what is before the tracker, and what is known of it."""
    defaults = Options()
    device.add_argument(
        "--scenario", default=defaults.scenario, metavar="NAME_OR_DIR", help="what lies before the tracker"
    )
    device.add_argument(
        "--plan", default=defaults.plan, metavar="NAME", help="which plan the trainee follows (the first)"
    )
    device.add_argument(
        "--calibrate", default=defaults.calibrate, metavar="HOW", help="how the trainee calibrates the needle, or none"
    )
    device.add_argument("--profile", default=defaults.profile, metavar="NAME_OR_FILE", help="which tools there are")
    device.add_argument("--clock", choices=CLOCKS, default=defaults.clock, help="step: every reply is the next frame")
    device.add_argument("--seed", type=int, default=defaults.seed, help="same seed, same bytes")
    device.add_argument(
        "--motion",
        default=defaults.motion,
        metavar="|".join((*MOTIONS, "FILE")),
        help="who moves the tools; or a recording (.mcap, PLUS .mha) or a script of poses (.csv, .toml)",
    )
    device.add_argument("--truth", type=Path, metavar="FILE.json", help="write what only the simulation knows")


if __name__ == "__main__":
    sys.exit(main())
