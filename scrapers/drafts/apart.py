"""Reads a file in a process of its own, with a limit of time and memory, so that no file can stop or fill this one.

PDFium is not written in Python: a hostile file could make it loop, fill the memory or crash, and take along whoever
called it. `python -m scrapers.drafts.apart FILE READER` is that other process; it writes the draft as JSON.
"""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from scrapers.errors import UnreadableFileError
from scrapers.records import Draft
from scrapers.xml import MIB

MAX_SECONDS: Final = 600
MAX_MEMORY: Final = 3072 * MIB
"""Address space of the other process; a draft of 1,000 pages takes a third of it."""
MAX_ANSWER: Final = 512 * MIB
_REFUSED: Final = 3


def read_apart(path: Path, reader: str, *, seconds: float = MAX_SECONDS, memory: int = MAX_MEMORY) -> Draft:
    """What `read_here` of the module `reader` returns for a file; raises UnreadableFileError as that does.

    Also raises it, in one line, where the other process takes more than `seconds`, needs more than `memory` bytes (not
    limited on Windows) or crashes.
    """
    with tempfile.TemporaryFile() as answer:
        command = [sys.executable, "-m", __name__, str(path.absolute()), reader, str(memory)]
        try:
            done = subprocess.run(  # noqa: S603 - our own module, no shell
                command,
                stdin=subprocess.DEVNULL,
                stdout=answer,
                stderr=subprocess.DEVNULL,
                timeout=seconds,
                cwd=Path(__file__).parents[2],
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise UnreadableFileError(
                f"{path.name}: reading took longer than {seconds:g} s and was stopped; split the file, or give the "
                "Word or XML file"
            ) from error
        if answer.tell() > MAX_ANSWER:
            raise UnreadableFileError(f"{path.name}: holds more text than any draft; split the file")
        answer.seek(0)
        said = answer.read()
    if done.returncode == _REFUSED:
        raise UnreadableFileError(json.loads(said))
    if done.returncode == 0:
        try:
            return Draft.model_validate_json(said)
        except ValidationError as error:
            raise _ended(path, memory) from error
    raise _ended(path, memory)


def _ended(path: Path, memory: int) -> UnreadableFileError:
    return UnreadableFileError(
        f"{path.name}: cannot be read: it needs more than {memory // MIB:,} MiB or is made so that reading it fails; "
        "give the Word or XML file"
    )


def _limit(memory: int) -> None:
    try:
        import resource
    except ImportError:  # Windows has no such limits; that of time holds there too
        return
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # Nothing is written but the answer.
    resource.setrlimit(resource.RLIMIT_FSIZE, (MAX_ANSWER + 1, MAX_ANSWER + 1))


def _main(file: str, reader: str, memory: str) -> int:
    module = importlib.import_module(reader)
    _limit(int(memory))
    try:
        draft: Draft = module.read_here(Path(file))
    except UnreadableFileError as error:
        sys.stdout.buffer.write(json.dumps(str(error)).encode())
        return _REFUSED
    sys.stdout.buffer.write(draft.model_dump_json().encode())
    return 0


if __name__ == "__main__":
    sys.exit(_main(*sys.argv[1:]))
