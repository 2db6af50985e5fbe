"""Golden files: compare with what is committed, or write it with DIFFAGENT_UPDATE_GOLDEN=1 (and then read it)."""

import os
from pathlib import Path

FOLDER = Path(__file__).parent / "golden"


def check(name: str, made: str) -> None:
    path = FOLDER / name
    if os.environ.get("DIFFAGENT_UPDATE_GOLDEN"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(made.encode("utf-8"))
    assert path.exists(), f"no golden file {path}; write it with DIFFAGENT_UPDATE_GOLDEN=1 and read it"
    assert path.read_bytes().decode("utf-8") == made, f"{path} differs"
