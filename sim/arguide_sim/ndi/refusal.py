"""How the device says no: a handler raises `Refusal`, the host reads `ERRORnn`."""

INVALID_COMMAND = 0x01
TOO_LONG = 0x02
TOO_SHORT = 0x03
BAD_CRC = 0x04
BAD_COMM = 0x06
WRONG_COUNT = 0x07
INVALID_HANDLE = 0x08
INVALID_PRIORITY = 0x09
INVALID_LED = 0x0A
INVALID_LED_STATE = 0x0B
WRONG_MODE = 0x0C
NOT_INITIALIZED = 0x0E
NO_INIT_YET = 0x10
UNKNOWN_PROCESSOR = 0x23
OUT_OF_RANGE = 0x23
NO_HANDLES_LEFT = 0x2D
NO_SUCH_FEATURE = 0x33
NO_SUCH_PARAMETER = 0x34
BAD_TYPE = 0x35
VALUE_OUT_OF_RANGE = 0x36
READ_ONLY = 0x39
BAD_DEFINITION = 0x40
TOO_MANY_MARKERS = 0x41


class Refusal(Exception):
    """The device declines; nothing was changed."""

    def __init__(self, code: int) -> None:
        super().__init__(f"ERROR{code:02X}")
        self.code = code
