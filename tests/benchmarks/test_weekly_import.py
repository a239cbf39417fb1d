"""What reading a weekly file costs beside a bare iterparse over the same file in the same run, and its memory.

The file is made of the sample documents of the tests, each with numbers of its own. `WEEKLY_MIB` sets its size (default
8; a real one has about 200).
"""

from __future__ import annotations

import io
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from lxml import etree

from scrapers.patents import read_patents
from scrapers.records import Publication

MIB = 1024 * 1024
ROOT = Path(__file__).parents[2]
SIZE = int(os.environ.get("WEEKLY_MIB", "8")) * MIB
SAMPLE = Path(__file__).parent.parent / "scrapers" / "patents" / "application.xml"
# About 80 kB and twenty claims a document, with drawings referred to and claims nested, as published
# applications have.
DESCRIPTION = "".join(
    f'<p id="p-{number:04}" num="{number:04}">A sampler <b>10</b> of <figref idref="DRAWINGS">FIG. <b>1</b></figref>'
    f" takes samples of a sample, H<sub>2</sub>O and <i>n</i> among them. {'It keeps them well. ' * 12}</p>\n"
    for number in range(1, 151)
)


def _claims(count: int) -> str:
    return "".join(map(_claim, range(7, 7 + count)))


def _claim(number: int) -> str:
    return (
        f'<claim id="CLM-{number:05}" num="{number:05}"><claim-text><b>{number}</b>. The sampler of '
        f'<claim-ref idref="CLM-{number - 1:05}">claim {number - 1}</claim-ref>, comprising:'
        + "<claim-text>a part that takes a sample of another part, the part being a hand;</claim-text>" * 4
        + "</claim-text></claim>\n"
    )


# Claims of a document beyond the six of the sample: about as many as published applications have, and three times as
# many, for claims cost far more to read than descriptions do.
CLAIMS = {"usual": 18, "claim-dense": 60}

CHILD = """
import sys, psutil
from pathlib import Path
from scrapers.patents import read_patents
process, peak, count = psutil.Process(), 0, 0
start = process.memory_info().rss
for outcome in read_patents(Path(sys.argv[1])):
    count += 1
    if count % 50 == 0:
        peak = max(peak, process.memory_info().rss)
print(count, start, max(peak, process.memory_info().rss))
"""


@pytest.fixture(scope="module", params=CLAIMS)
def weekly(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A weekly file: applications of the length that published ones have, one after the other."""
    text = SAMPLE.read_text("utf-8")
    described = text.replace("<claims", f'<description id="description">{DESCRIPTION}</description>\n<claims', 1)
    claims = _claims(CLAIMS[request.param])
    whole = described.replace("</claims>", f"{claims}</claims>", 1)
    assert len(whole) > len(text) + len(DESCRIPTION) + len(claims)
    path = tmp_path_factory.mktemp("weekly") / "ipa.xml"
    with path.open("w", encoding="utf-8") as stream:
        number = 0
        while stream.tell() < SIZE:
            number += 1
            stream.write(whole.replace("20240999003", f"2024{number:07}").rstrip() + "\n")
    return path


def documents(path: Path) -> Iterator[bytes]:
    """The documents of the file, for iterparse reads one document only."""
    lines: list[bytes] = []
    with path.open("rb") as stream:
        for line in stream:
            if line.startswith(b"<?xml") and lines:
                yield b"".join(lines)
                lines = []
            lines.append(line)
    yield b"".join(lines)


def bare(path: Path) -> int:
    """Elements that a bare iterparse goes over."""
    count = 0
    for document in documents(path):
        for _, element in etree.iterparse(io.BytesIO(document), load_dtd=False):
            count += 1
            element.clear()
    return count


def read(path: Path) -> int:
    return sum(isinstance(outcome, Publication) for outcome in read_patents(path))


def cpu_seconds(work: Callable[[Path], int], path: Path) -> float:
    started = time.process_time()  # of a busy machine too
    assert work(path) > 0
    return time.process_time() - started


def test_reading_costs_at_most_three_times_a_bare_iterparse(weekly: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = subprocess.run(  # a process of its own, as in use: objects that other tests left slow down the collector
        [sys.executable, "-m", __name__, str(weekly)], cwd=ROOT, capture_output=True, text=True, check=True
    )
    reading, parsing = map(float, run.stdout.split())
    with capsys.disabled():
        sys.stdout.write(
            f"\nreading / bare iterparse over {weekly.stat().st_size / MIB:.0f} MiB: {reading / parsing:.2f}\n"
        )
    assert reading / parsing <= 3


def test_memory_does_not_grow_with_the_file(weekly: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = subprocess.run(  # a process of its own, for memory that other tests left would count
        [sys.executable, "-c", CHILD, str(weekly)], capture_output=True, text=True, check=True
    )
    count, start, peak = map(int, run.stdout.split())
    with capsys.disabled():
        sys.stdout.write(f"\n{count} publications, {start / MIB:.0f} MiB before, {peak / MIB:.0f} MiB at most\n")
    assert count > 10
    assert peak < 400 * MIB
    assert psutil.virtual_memory().total > peak


if __name__ == "__main__":
    file = Path(sys.argv[1])
    turns = [(cpu_seconds(read, file), cpu_seconds(bare, file)) for _ in range(5)]
    sys.stdout.write(f"{min(each for each, _ in turns)} {min(each for _, each in turns)}\n")
