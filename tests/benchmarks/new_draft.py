"""Maps a new draft of a hundred clauses once onto a large portfolio whose readings and vectors are there.

    python -m tests.benchmarks.new_draft FOLDER

FOLDER gets the store first where it has none: BENCHMARK_CLAIMS (650,000) claims, with vectors of chance (2.1 GB).
FOLDER/measured.json then holds what `workbench map` took, in a process of its own; see `full_size`.
"""

from __future__ import annotations

import sys
from pathlib import Path

from tests.benchmarks.full_size import CLAIMS, take
from tests.benchmarks.invented_store import plant, plant_readings
from tests.mapping.conftest import tests_model
from workbench.mapping.encoder_onnx import load_encoder

if __name__ == "__main__":
    folder = Path(sys.argv[1])
    if not (folder / "home").is_dir():
        planting = folder / "planting"
        store = plant(planting, CLAIMS, 0)
        plant_readings(store, load_encoder(tests_model()))
        store.close()
        planting.rename(folder / "home")
    take(folder, "new_draft")
