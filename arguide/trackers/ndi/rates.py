"""Let the device measure at the profile's rate, as far as it can.

Trackers before API 3 choose by IRATE among 20, 30 and 60 Hz; later ones divide their frame frequency by 1, 2 or 3.
"""

from arguide.errors import DeviceError
from arguide.trackers.ndi.exchange import Exchange
from arguide.trackers.ndi.parameters import FRAME_FREQUENCY, TRACK_FREQUENCY, peek, set_value

IRATES = {20: "0", 30: "1", 60: "2"}
DIVISORS = {3: "0", 2: "1", 1: "2"}
"""Value of Param.Tracking.Track Frequency by the divisor it means."""
CLOSE = 0.05


def choose_rate(exchange: Exchange, api_major: int, rate_hz: float) -> str:
    """Ask for `rate_hz`; returns a word of warning when the device has another one, "" otherwise."""
    return _by_frequency(exchange, rate_hz) if api_major >= 3 else _by_illuminator(exchange, rate_hz)


def _by_illuminator(exchange: Exchange, rate_hz: float) -> str:
    index = next((code for rate, code in IRATES.items() if abs(rate / rate_hz - 1) < CLOSE), None)
    if index is not None:
        try:
            exchange.ask("IRATE", index)
        except DeviceError:
            return ""  # it has one rate only; whether that is the profile's is seen while it measures
    return ""


def _by_frequency(exchange: Exchange, rate_hz: float) -> str:
    try:
        base_hz = float(peek(exchange, FRAME_FREQUENCY) or "nan")
    except ValueError:
        return ""
    rates = {base_hz / divisor: code for divisor, code in DIVISORS.items()}
    near = min(rates, key=lambda rate: abs(rate - rate_hz))
    if not base_hz > 0:
        return ""  # it does not tell
    if peek(exchange, TRACK_FREQUENCY) not in ("", rates[near]):
        try:
            set_value(exchange, TRACK_FREQUENCY, rates[near])
        except DeviceError as error:
            return f"the tracker keeps its rate: {error}"
    if abs(near / rate_hz - 1) > CLOSE:
        offered = ", ".join(f"{rate:g}" for rate in sorted(rates))
        return f"the tracker measures at {near:g} Hz, the profile wants {rate_hz:g}: it offers {offered}"
    return ""
