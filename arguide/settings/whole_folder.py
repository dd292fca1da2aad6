"""A new folder that appears whole or not at all, whatever happens while it is filled."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from arguide.errors import ArguideError, SettingsError


@contextmanager
def whole_folder(out: Path) -> Iterator[Path]:
    """A folder beside `out` to fill; it gets the name `out` at the end, or goes. SettingsError where that fails."""
    if out.exists():
        raise SettingsError(f"{out}: exists already and is not touched; give a new folder or remove it first")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        part = Path(tempfile.mkdtemp(prefix=f".{out.name}.", dir=out.parent)).resolve()
    except OSError as error:
        raise SettingsError(f"{out}: cannot be made ({error.strerror}); choose another folder") from error
    try:
        yield part
        part.chmod(0o755)
        part.rename(out)
    except (OSError, ArguideError) as error:
        reason = error if isinstance(error, OSError) else error.__cause__
        if not isinstance(reason, OSError):
            raise
        raise SettingsError(f"{out}: cannot be written ({reason.strerror}); is the disk full?") from error
    finally:
        shutil.rmtree(part, ignore_errors=True)
