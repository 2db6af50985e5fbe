"""Lay the zoo's weights out as a Hugging Face cache, so that a script written for the hub loads the tiny model instead.

    home/hub/models--org--name/refs/main                 the revision, 40 hex characters
                              /snapshots/<revision>/...  links to the weights, under both of their usual names

With HF_HOME=home and HF_HUB_OFFLINE=1, `from_pretrained("org/name")` then works unchanged, `variant="fp16"`,
`revision="fp16"` and `use_safetensors=True` included. The revision is a hash of the files' names and
bytes: new weights get a new one, the same weights change nothing. A pipeline may take whole parts (an autoencoder, a
tokenizer) from another one's folder, so that each is stored once. Standard library only.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

WEIGHTS = Path(__file__).parent / "weights"
INDEX_VERSION = 1
REFS = ("main", "fp16")


@dataclass(frozen=True)
class Pipeline:
    """One model of the zoo: its folder below the weights, the hub names it answers to, and what it shares.

    `shared` names, for each part that is not in its folder, the folder below the weights where that part lies.
    """

    name: str
    folder: str
    ids: tuple[str, ...]
    shared: dict[str, str] = field(default_factory=dict[str, str])


class BadIndex(ValueError):
    """The zoo's index.json is not one this version can read"""


def read_index(weights: Path = WEIGHTS) -> tuple[Pipeline, ...]:
    """The pipelines listed in `weights/index.json`."""
    index: dict[str, Any] = json.loads((weights / "index.json").read_text(encoding="utf-8"))
    if index.get("version") != INDEX_VERSION:
        raise BadIndex(f"{weights / 'index.json'}: version {index.get('version')!r}, expected {INDEX_VERSION}")
    return tuple(
        Pipeline(name, entry["folder"], tuple(entry["ids"]), entry.get("shared", {}))
        for name, entry in index["pipelines"].items()
    )


def scorer_folder(weights: Path = WEIGHTS) -> Path:
    """Where the scorer lies: load it by `open_clip.create_model_and_transforms(f"local-dir:{folder}")`."""
    index: dict[str, Any] = json.loads((weights / "index.json").read_text(encoding="utf-8"))
    return weights / str(index["scorer"])


def lay_out(weights: Path, home: Path) -> Path:
    """Make `home` a Hugging Face home that holds every pipeline under all its ids; returns `home`.

    Safe to call again and from several processes at once: each snapshot is built aside and renamed into place.
    """
    for pipeline in read_index(weights):
        files = files_of(weights.resolve(), pipeline)
        revision = revision_of(files)
        for model in pipeline.ids:
            _lay_out_model(files, revision, home / "hub" / f"models--{model.replace('/', '--')}")
    return home


def files_of(weights: Path, pipeline: Pipeline) -> dict[Path, Path]:
    """Where each file of the pipeline lies, its shared parts included, by its place in the pipeline."""
    found = _files(weights / pipeline.folder)
    for part, folder in pipeline.shared.items():
        found |= {Path(part) / place: path for place, path in _files(weights / folder).items()}
    return dict(sorted(found.items()))


def revision_of(files: dict[Path, Path]) -> str:
    """40 hex characters that stand for the places and bytes of all files."""
    digest = hashlib.sha1(usedforsecurity=False)
    for place, path in files.items():
        digest.update(f"{place.as_posix()}\0".encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _files(folder: Path) -> dict[Path, Path]:
    paths = (path for path in sorted(folder.rglob("*")) if path.is_file() and not path.name.startswith("."))
    return {path.relative_to(folder): path for path in paths}


def _names(path: Path) -> Iterator[Path]:
    """The names a file is offered under: weights also as the fp16 variant."""
    yield path
    if path.suffix == ".safetensors":
        yield path.with_suffix(".fp16.safetensors")


def _lay_out_model(files: dict[Path, Path], revision: str, model: Path) -> None:
    wanted = {name: path for place, path in files.items() for name in _names(place)}
    snapshot = model / "snapshots" / revision
    if not all((snapshot / name).is_file() for name in wanted):
        (model / "snapshots").mkdir(parents=True, exist_ok=True)
        (model / "blobs").mkdir(exist_ok=True)
        aside = Path(tempfile.mkdtemp(prefix=".zoo-", dir=model.parent))
        for name, path in wanted.items():
            _link(path, aside / "new" / name)
        _swap(aside, snapshot)
    (model / "refs").mkdir(exist_ok=True)
    for ref in REFS:
        _write(model / "refs" / ref, revision)


def _swap(aside: Path, snapshot: Path) -> None:
    """Put `aside/new` in the snapshot's place, moving a broken one (say, of a moved checkout) out of the way."""
    with suppress(OSError):
        snapshot.rename(aside / "old")
    with suppress(OSError):  # another process was faster, with the same content
        (aside / "new").rename(snapshot)
    shutil.rmtree(aside)


def _link(source: Path, target: Path) -> None:
    """A link to `source`, or a copy where the file system has no links."""
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        target.symlink_to(source)
    except OSError:
        shutil.copyfile(source, target)


def _write(path: Path, text: str) -> None:
    if path.exists() and path.read_text(encoding="utf-8") == text:
        return
    part = path.with_name(f".{path.name}.{os.getpid()}")
    part.write_text(text, encoding="utf-8")
    part.replace(path)
