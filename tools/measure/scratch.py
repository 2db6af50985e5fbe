"""Scratch folders that do not outlive their owner: named after its process, swept by whoever comes next."""

import tempfile
from pathlib import Path

import psutil

from . import ending

_PREFIX = "diffagent-"


def new(owner: int) -> Path:
    """An empty folder of the process `owner`; folders of owners that are gone are removed first."""
    sweep(Path(tempfile.gettempdir()))
    return Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{owner}-"))


def sweep(folder: Path) -> None:
    """Remove what killed runs have left in `folder`."""
    for left in folder.glob(f"{_PREFIX}[0-9]*-*"):
        owner = left.name.removeprefix(_PREFIX).partition("-")[0]
        if owner.isdigit() and not psutil.pid_exists(int(owner)):
            ending.remove(left)
