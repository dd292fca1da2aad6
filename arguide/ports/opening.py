"""Find the right port for what the user typed: a device path, a pyserial address, or the simulator by name."""

import importlib

from arguide.errors import PortError
from arguide.ports.port import Port
from arguide.ports.serial_port import SerialPort

SIMULATOR = "arguide_sim.port"
"""Imported by name only when asked for, so that the program never depends on the simulated world."""


def open_port(url: str, baud: int = 9600) -> Port:
    """Open a line, 8N1, by its address.

    `url` is anything pyserial's `serial_for_url` takes (`/dev/ttyUSB0`, `COM3`, `socket://host:8765`,
    `rfc2217://…`) or `sim://…` for the simulated tracker. Raises PortError saying what to do next.
    """
    if not url:
        raise PortError("no port given; name one, e.g. /dev/ttyUSB0, COM3, socket://192.168.1.10:8765 or sim://")
    if url.startswith("sim://"):
        return _open_simulated(url)
    return SerialPort(url, baud)


def _open_simulated(url: str) -> Port:
    try:
        simulator = importlib.import_module(SIMULATOR)
    except ModuleNotFoundError as error:
        if error.name is not None and not SIMULATOR.startswith(error.name):
            raise PortError(f"{url}: the simulated tracker needs the package {error.name}; install it") from error
        raise PortError(
            f"{url}: the simulated tracker (package arguide_sim) is not installed; install arguide again"
            " or, in a checkout, run with sim/ on PYTHONPATH"
        ) from error
    port: Port = simulator.open_port(url)
    return port
