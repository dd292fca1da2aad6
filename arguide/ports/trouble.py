"""Say why a line could not be opened, and what to do about it."""

import errno
import os
import re
from pathlib import Path

from serial.tools import list_ports

from arguide.asset_files import hardware

RULE = "99-arguide-trackers.rules"
"""Lies in hardware/, in a checkout and in an installation."""
MAX_PROCESSES = 20_000
_ADDRESS = re.compile(r"[\w.-]+:\d+")
_NUMBERED = re.compile(r".*\[Errno \d+\] ", re.DOTALL)


def explain_open_failure(url: str, error: Exception) -> str:
    """One line: what failed, why, what to do next."""
    code = getattr(error, "errno", None)
    text = str(error)
    if _ADDRESS.fullmatch(url):
        return f"{url}: no serial port has such a name; write socket://{url} for a tracker on the network"
    if url.startswith(("socket://", "rfc2217://")):
        return (
            f"{url}: nobody listens there ({_cause(error)}); is the device on and on the network, and the port right?"
        )
    if code in (errno.EBUSY, errno.EAGAIN) or "exclusively lock" in text:
        return f"{url}: in use by {holder_of(url) or 'another program'}; close it and try again"
    if code == errno.EACCES or "Access is denied" in text or "PermissionError" in text:
        return _no_permission(url)
    if code in (errno.ENOENT, errno.ENXIO, errno.ENODEV) or "FileNotFoundError" in text:
        return f"{url}: no such port; {ports_found()}"
    if code == errno.ENOTTY or "Inappropriate ioctl" in text or code == errno.EISDIR:
        return f"{url}: not a serial line; {ports_found()}"
    return f"{url}: cannot be opened ({_cause(error)}); {ports_found()}"


def ports_found() -> str:
    """The serial ports of this machine, as words for a message."""
    ports = [f"{port.device} ({port.description})" for port in sorted(list_ports.comports())]
    if not ports:
        return "no serial port was found on this machine: is the tracker's USB cable plugged in?"
    return f"found: {', '.join(ports[:8]).replace(' (n/a)', '')}"


def holder_of(device: str) -> str:
    """The program that has `device` open, as `name (process 123)`; empty when there is none, or it cannot be known.

    Who has the other end of a pseudo-terminal is the device, not a program that holds it.
    """
    wanted = os.path.realpath(device)
    if "://" in device or not os.path.exists(wanted):
        return ""
    for process in list(Path("/proc").glob("[0-9]*"))[:MAX_PROCESSES]:
        if process.name != str(os.getpid()) and _has_open(process, wanted) and not _is_other_end(process, wanted):
            return f"{_name_of(process)} (process {process.name})"
    return ""


def _has_open(process: Path, wanted: str) -> bool:
    try:
        return any(os.readlink(link) == wanted for link in (process / "fd").iterdir())
    except OSError:  # somebody else's process, or one that ended meanwhile
        return False


def _is_other_end(process: Path, wanted: str) -> bool:
    if not wanted.startswith("/dev/pts/"):
        return False
    index = wanted.rpartition("/")[2]
    try:
        ends = [link.name for link in (process / "fd").iterdir() if os.readlink(link).endswith("/ptmx")]
        told = [(process / "fdinfo" / end).read_text() for end in ends]
    except OSError:
        return False
    return any(re.search(rf"^tty-index:\s*{index}$", text, re.MULTILINE) for text in told)


def _name_of(process: Path) -> str:
    try:
        return (process / "comm").read_text().strip()
    except OSError:
        return "a program"


def _no_permission(url: str) -> str:
    if os.name == "nt":
        return f"{url}: access denied; another program holds it: close it and try again"
    return (
        f"{url}: no permission; sudo cp {hardware() / RULE} /etc/udev/rules.d/ and join its group:"
        " sudo usermod -aG dialout $USER, then log in again"
    )


def _cause(error: Exception) -> str:
    code = getattr(error, "errno", None)
    return os.strerror(code) if code else _NUMBERED.sub("", str(error))
