"""How a recording is laid out in MCAP: topics, schemas and metadata. docs/recording.md has the same as a table."""

from collections.abc import Mapping
from dataclasses import dataclass

from arguide.errors import RecordingError
from arguide.recording.codec import Json, codec_of, dumps
from arguide.recording.records import FORMAT, Event, Header, Input, Packet
from arguide.recording.state_codec import STATE_SCHEMA
from arguide.settings.method import methods_of
from arguide.trackers.reading import Sample

PACKETS, SAMPLES, INPUTS, STATES, EVENTS = TOPICS = ("/packets", "/samples", "/inputs", "/states", "/events")

# One record larger than this is not ours: a quarter of a second is a few hundred kilobytes.
LARGEST_RECORD = 64 * 2**20
LARGEST_FILE = 8 * 2**30


@dataclass(frozen=True, slots=True)
class Topic:
    """One channel of the file."""

    schema_name: str
    schema: dict[str, Json]


LAYOUT: Mapping[str, Topic] = {
    PACKETS: Topic("arguide.Packet", codec_of(Packet).schema),
    SAMPLES: Topic("arguide.Sample", codec_of(Sample).schema),
    INPUTS: Topic("arguide.Input", codec_of(Input).schema),
    STATES: Topic("arguide.SessionState", STATE_SCHEMA),
    EVENTS: Topic("arguide.Event", codec_of(Event).schema),
}


def schema_bytes(topic: str) -> bytes:
    """The JSON Schema of a topic."""
    return dumps(LAYOUT[topic].schema)


def metadata_of(header: Header) -> dict[str, dict[str, str]]:
    """The MCAP metadata records of a header: name -> keys and values."""
    return {
        "arguide": {"format": FORMAT, "version": header.arguide_version, "plan": header.plan},
        "clocks": {
            "wall_start_ns": str(header.wall_start_ns),
            "monotonic_start_s": repr(float(header.monotonic_start_s)),
            "rate_hz": repr(float(header.rate_hz)),
        },
        "scenario": {
            "name": header.scenario_name,
            "sha256": header.scenario_sha256,
            "toml": header.scenario_toml,
        },
        "scenario meshes sha256": dict(header.mesh_sha256),
        "tracker": {"name": header.profile_name, "sha256": header.profile_sha256, "toml": header.profile_toml},
        "tracker tools sha256": dict(header.rom_sha256),
        "tool calibrations": dict(header.calibrations),
        "needle calibration": {"methods": ",".join(header.needle_methods)},
        "remarks": dict(header.extra),
    }


def header_from(metadata: Mapping[str, Mapping[str, str]]) -> Header:
    """The header in a file's metadata. Raises RecordingError when it is incomplete or of another format."""
    if "arguide" not in metadata:
        raise RecordingError("an MCAP file, but not one recorded by arguide; open it with the program that wrote it")
    found = metadata["arguide"].get("format", "none")
    if found != FORMAT:
        raise RecordingError(f"recording format {found}, this arguide reads {FORMAT}; use the arguide that recorded it")
    try:
        ours, clocks = metadata["arguide"], metadata["clocks"]
        scenario, tracker = metadata["scenario"], metadata["tracker"]
        return Header(
            arguide_version=ours["version"],
            plan=ours["plan"],
            wall_start_ns=int(clocks["wall_start_ns"]),
            monotonic_start_s=float(clocks["monotonic_start_s"]),
            rate_hz=float(clocks["rate_hz"]),
            scenario_name=scenario["name"],
            scenario_sha256=scenario["sha256"],
            scenario_toml=scenario["toml"],
            mesh_sha256=metadata["scenario meshes sha256"],
            profile_name=tracker["name"],
            profile_sha256=tracker["sha256"],
            profile_toml=tracker["toml"],
            rom_sha256=metadata["tracker tools sha256"],
            calibrations=metadata.get("tool calibrations", {}),
            needle_methods=methods_of(metadata.get("needle calibration", {}).get("methods", "").split(",")),
            extra=metadata["remarks"],
        )
    except (KeyError, ValueError) as error:
        raise RecordingError(f"the recording's header lacks {error}; it was cut short or damaged") from None
