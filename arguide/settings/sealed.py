"""Text files with a seal: the last table holds the SHA-256 of everything before it.

So a file that was cut short or edited is known as such: numbers that somebody moved by hand would be believed by
everything that follows. And files that appear under their name only when they are whole and on the disk.
"""

import hashlib
import os
import re
from pathlib import Path

from arguide.errors import SettingsError
from arguide.settings.whole_file import sync_folder, write_part

SEAL = "[seal]"
MOST_FILES = 10_000


def sealed(body: str) -> str:
    """The whole text of a file with this body."""
    return f'{body}\n{SEAL}\nsha256 = "{_hash(body)}"\n'


def has_seal(text: str) -> bool:
    """Whether the text has a seal, be it broken."""
    return f"\n{SEAL}\n" in text.replace("\r\n", "\n")


def unsealed(text: str, file: Path) -> str:
    """The body of a sealed text; `file` names it in messages. SettingsError when cut short or edited."""
    body, found, rest = text.replace("\r\n", "\n").partition(f"\n{SEAL}\n")
    if not found or not (seal := re.fullmatch(r'sha256 = "([0-9a-f]{64})"\n', rest)):
        raise SettingsError(f"{file}: no {SEAL} at its end: the calibration was cut short; calibrate again")
    if seal[1] != _hash(body):
        raise SettingsError(f"{file}: its seal does not fit: the calibration was edited or damaged; calibrate again")
    return body


def _hash(body: str) -> str:
    return hashlib.sha256(body.encode("utf-8")).hexdigest()


def write_new(folder: Path, name: str, text: str) -> Path:
    """Write a new file `name.toml`, or `name-2.toml` if that is there, whole or not at all; returns its path."""
    folder.mkdir(parents=True, exist_ok=True)
    part = write_part(folder, text)
    try:
        file = folder / f"{name}.toml"
        for again in range(2, MOST_FILES):
            if not file.exists():
                break
            file = folder / f"{name}-{again}.toml"
        os.replace(part, file)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    sync_folder(folder)
    return file
