"""The question that is asked over and over while tracking, and how its answer is read."""

from arguide.errors import BadReplyError, SettingsError
from arguide.settings.profile import TrackerProfile
from arguide.trackers.ndi.bx import decode_bx
from arguide.trackers.ndi.bx2 import decode_bx2
from arguide.trackers.ndi.commands import Options, encode
from arguide.trackers.ndi.exchange import RESET, restarted
from arguide.trackers.ndi.replies import MAX_TEXT, BinaryReply, Packet, checked_text
from arguide.trackers.ndi.tracking_reply import TrackingReply
from arguide.trackers.ndi.tx import decode_tx

BYTES_PER_TOOL = {"BX2": 36, "BX": 42, "TX": 70}
OVERHEAD_BYTES = {"BX2": 100, "BX": 11, "TX": 11}
BYTES_PER_MARKER = {"BX2": 16, "BX": 12, "TX": 21}
AUTO = "auto"
NEXT_BEST = {"BX2": "BX", "BX": "TX"}
"""What to try on a device that does not know a form of reply."""
MAX_ERROR_TEXT = 64
"""While tracking by a binary reply the only texts are short: errors and the restart message."""


class Question:
    """BX2, BX or TX (`form`) with the options that `profile` asks for."""

    def __init__(self, form: str, profile: TrackerProfile) -> None:
        if form not in BYTES_PER_TOOL:
            raise SettingsError(f"{profile.file}: reply: {form!r} is not one of auto, {', '.join(BYTES_PER_TOOL)}")
        self.form = form
        self.repeats = form != "BX2"
        """Whether the same frame comes again when asked again; BX2 tells only what is new."""
        self._binary = form != "TX"
        self._options = _options(form, profile)
        self.command = encode(form, _arguments(form, self._options, profile))
        self.max_text = MAX_ERROR_TEXT if self._binary else MAX_TEXT

    def decode(self, packet: Packet) -> TrackingReply:
        """What a reply says. Raises BadReplyError, DeviceError (the device refused), TrackerError (it restarted)."""
        if isinstance(packet, BinaryReply):
            if self.form == "BX":
                return decode_bx(packet.body, self._options)
            if self.form == "BX2":
                return decode_bx2(packet.body)
            raise BadReplyError(f"{self.form}: a binary reply came, text was asked for; ask again")
        text = checked_text(self.form, packet)
        if text == RESET:
            raise restarted(self.form)
        if self._binary:
            raise BadReplyError(f"{self.form}: text {text[:40]!r} came, a binary reply was asked for; ask again")
        return decode_tx(text, self._options)


def reply_bytes(form: str, tools: int, markers: int = 0) -> int:
    """Size of a reply on the line with so many tools seen, to reckon with; markers only when they are asked for."""
    return OVERHEAD_BYTES[form] + BYTES_PER_TOOL[form] * tools + BYTES_PER_MARKER[form] * markers


def _options(form: str, profile: TrackerProfile) -> Options:
    options = Options.TRANSFORMS | Options.OUT_OF_VOLUME
    if profile.markers:
        options |= Options.TOOL_DETAIL | (Options.TOOL_MARKERS if form == "BX" else Options(0))
    if profile.strays:
        options |= Options.STRAY_MARKERS
    return options


def _arguments(form: str, options: Options, profile: TrackerProfile) -> str:
    if form != "BX2":
        return f"{options:04X}"
    markers = {(True, True): "all", (True, False): "tools", (False, True): "strays"}
    return f"--6d=tools --3d={markers.get((profile.markers, profile.strays), 'none')} --1d=buttons"
