"""Every error arguide raises on purpose.

    ArguideError                  a message for the user: what was expected, what came, what to do next
    ├── SettingsError             a scenario, profile or tool file is missing, cut short or wrong
    ├── PortError                 the line cannot be opened, was lost, or is held by somebody else
    │   └── PortTimeoutError      the line is open and nobody answers (also Python's TimeoutError)
    ├── TrackerError
    │   ├── BadReplyError         the device sent something unreadable (survivable: ask again)
    │   ├── DeviceError           the device answered ERRORnn; carries the code and its name
    │   └── TrackerStateError     we asked at the wrong moment (a bug of ours)
    ├── CalibrationError          the measurements cannot determine the calibration
    ├── RegistrationError         the points cannot determine the registration
    ├── MeshError                 a mesh or volume is missing, corrupt or not what was promised
    ├── RecordingError            a recording cannot be written or read
    ├── StepError                 an event that the present step or phase does not allow
    ├── DisplayError              no window or picture can be made here
    └── SoundError                nothing can be heard here

Catch broadly at the command line (one line, non-zero exit), narrowly where something can be saved. What deserves a
word but stops nothing is a `Caution`, carried in the result.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Caution:
    """Something a result's user should know before trusting it; not an error."""

    code: str
    """One short name for programs, e.g. `mirrored`; never changes its meaning."""
    message: str
    """One line for people: what was found, and what to do about it."""


class ArguideError(Exception):
    """Base of all errors meant for the user; `str(error)` is one line that says what to do next."""


class SettingsError(ArguideError):
    """A scenario, profile or tool file is missing, cut short or wrong."""


class PortError(ArguideError):
    """The line cannot be opened, was lost, or is held by somebody else."""


class PortTimeoutError(PortError, TimeoutError):
    """The line is open and nobody answered in time."""


class TrackerError(ArguideError):
    """The tracker cannot do what was asked."""


class BadReplyError(TrackerError):
    """The device sent something unreadable: bad CRC, bad length, bad text."""


class DeviceError(TrackerError):
    """The device answered with an error code of its own."""

    def __init__(self, message: str, code: int) -> None:
        super().__init__(message)
        self.code = code


class TrackerStateError(TrackerError):
    """We asked at the wrong moment."""


class CalibrationError(ArguideError):
    """The measurements cannot determine the calibration."""


class RegistrationError(ArguideError):
    """The points cannot determine the registration."""


class MeshError(ArguideError):
    """A mesh or volume is missing, corrupt or not what was promised."""


class RecordingError(ArguideError):
    """A recording cannot be written or read."""


class StepError(ArguideError):
    """An event that the present step or phase does not allow; nothing was changed."""


class DisplayError(ArguideError):
    """No window or picture can be made on this machine."""


class SoundError(ArguideError):
    """Nothing can be heard on this machine."""
