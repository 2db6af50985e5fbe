"""Which models are at hand: a Hugging Face cache, the person's own or the zoo's, asked without importing anything."""

import os
from collections.abc import Iterator
from pathlib import Path


def hub_home() -> Path:
    """The person's Hugging Face home, as the hub library finds it."""
    if home := os.environ.get("HF_HOME"):
        return Path(home).expanduser()
    return Path(os.environ.get("XDG_CACHE_HOME", "~/.cache")).expanduser() / "huggingface"


def snapshot(home: Path, model_id: str) -> Path | None:
    """The folder that `model_id` resolves to in the cache under `home`; None where it is not there."""
    folder = home / "hub" / f"models--{model_id.replace('/', '--')}"
    try:
        revision = (folder / "refs" / "main").read_text().strip()
    except OSError:
        return None
    found = folder / "snapshots" / revision
    return found if found.is_dir() else None


def resolves(home: Path, model_id: str, beside: Path) -> bool:
    """Can `from_pretrained(model_id)` work offline, from the cache or from a folder (relative to `beside`)?"""
    return snapshot(home, model_id) is not None or (beside / model_id).expanduser().is_dir()


def ids_at_hand(home: Path) -> tuple[str, ...]:
    """Every cached repository, whatever is in it."""
    names = (f.name.removeprefix("models--").replace("--", "/", 1) for f in sorted((home / "hub").glob("models--*")))
    return tuple(n for n in names if snapshot(home, n) is not None)


def pipelines_at_hand(home: Path) -> Iterator[str]:
    """Ids of every cached repository that is a diffusers pipeline."""
    for model_id in ids_at_hand(home):
        if (found := snapshot(home, model_id)) is not None and (found / "model_index.json").exists():
            yield model_id
