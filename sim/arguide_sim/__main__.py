"""`python -m arguide_sim polaris --pty`: an emulated tracker in a process of its own."""

import argparse
import json
import os
import signal
import sys
import threading
from contextlib import suppress
from pathlib import Path
from types import FrameType

from arguide.errors import ArguideError, SettingsError
from arguide_sim.emulation import CLOCKS, MOTIONS, Emulation, Options, emulate
from arguide_sim.ndi.models import MODELS


def main(arguments: list[str] | None = None) -> int:
    """Serve until told to stop; returns the exit status."""
    given = _parser().parse_args(arguments)
    signal.signal(signal.SIGTERM, _leave)
    if given.until_eof:
        threading.Thread(target=_leave_at_eof, daemon=True).start()
    try:
        emulation = emulate(
            Options(
                model=given.model,
                scenario=given.scenario,
                plan=given.plan,
                profile=given.profile,
                clock=given.clock,
                seed=given.seed,
                motion=given.motion,
            )
        )
        if given.truth:
            write_truth(emulation, given.truth)
        _serve(emulation, given)
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


def _serve(emulation: Emulation, given: argparse.Namespace) -> None:
    # Imported when asked for: Windows has no pseudo-terminals.
    if given.tcp:
        from arguide_sim.serve_tcp import TcpServer

        with TcpServer(emulation.device, *given.tcp) as tcp:
            _announce(tcp.url)
            tcp.run()
    else:
        try:
            from arguide_sim.serve_pty import PtyServer
        except ImportError:
            raise SettingsError("this system has no pseudo-terminals; use --tcp 127.0.0.1:0") from None
        with PtyServer(emulation.device, given.link, given.breaks) as line:
            _announce(line.url)
            line.run()


def _announce(url: str) -> None:
    """The one line a parent process waits for. A parent that does not listen is no reason to stop."""
    with suppress(BrokenPipeError):
        print(f"ready {url}", flush=True)


def _leave(signum: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _leave_at_eof() -> None:
    """End the process when its parent is gone. Reads the descriptor itself: sys.stdin's lock would outlive us."""
    with suppress(OSError):
        while os.read(0, 4096):
            pass
    os.kill(os.getpid(), signal.SIGTERM)


def _address(text: str) -> tuple[str, int]:
    host, colon, port = text.rpartition(":")
    if not colon or not port.isdecimal() or int(port) > 65535:
        raise argparse.ArgumentTypeError(f"expected HOST:PORT, got {text!r}")
    return host or "127.0.0.1", int(port)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m arguide_sim", description="Simulated tracking devices.")
    polaris = parser.add_subparsers(required=True, metavar="DEVICE").add_parser(
        "polaris", help="NDI Polaris optical tracker", description="An emulated NDI Polaris and the hands before it."
    )
    where = polaris.add_mutually_exclusive_group(required=True)
    where.add_argument("--pty", action="store_true", help="serve on a pseudo-terminal (Linux, macOS)")
    where.add_argument(
        "--tcp", type=_address, metavar="HOST:PORT", help="serve on a TCP port; 127.0.0.1:0 takes a free one"
    )
    defaults = Options()
    polaris.add_argument("--model", choices=MODELS, default=defaults.model)
    polaris.add_argument(
        "--scenario", default=defaults.scenario, metavar="NAME_OR_DIR", help="what lies before the tracker"
    )
    polaris.add_argument(
        "--plan", default=defaults.plan, metavar="NAME", help="which plan the trainee follows (the first)"
    )
    polaris.add_argument("--profile", default=defaults.profile, metavar="NAME_OR_FILE", help="which tools there are")
    polaris.add_argument("--clock", choices=CLOCKS, default=defaults.clock, help="step: every reply is the next frame")
    polaris.add_argument("--seed", type=int, default=defaults.seed, help="same seed, same bytes")
    polaris.add_argument("--motion", choices=MOTIONS, default=defaults.motion)
    polaris.add_argument("--link", type=Path, help="also a symbolic link to the pseudo-terminal")
    polaris.add_argument(
        "--no-break", dest="breaks", action="store_false", help="never take a flush for a serial break"
    )
    polaris.add_argument("--truth", type=Path, metavar="FILE.json", help="write what only the simulation knows")
    polaris.add_argument("--until-eof", action="store_true", help="end when standard input closes")
    return parser


if __name__ == "__main__":
    sys.exit(main())
