"""A store that an older wheel has written is opened by this one, with everything that was in it."""

import json
import os
import shutil
import sqlite3
import tempfile
from pathlib import Path

from .builds import wheel
from .checking import ROOT, Skipped, Wrong, hold, need, run

BACK = 60
"""commits, where nothing has been released yet"""
EXAMPLE = ROOT / "examples" / "sd15_text2img.py"


def older() -> str:
    """The tag of the release before, or a commit of some time ago. Raises Skipped in a shallow clone."""
    try:
        tags = run(["git", "tag", "--list", "v*", "--sort=-v:refname", "--no-contains", "HEAD"]).split()
        return tags[0] if tags else run(["git", "rev-parse", f"HEAD~{BACK}"]).strip()
    except Wrong as e:
        raise Skipped(f"no older version is in this clone: {e}") from e


def upgraded() -> str:
    """Profile with the older wheel; then look at it with this one, and profile again."""
    name = older()
    with tempfile.TemporaryDirectory(prefix="diffagent-upgrade-") as folder:
        place = Path(folder)
        run(["git", "worktree", "add", "--quiet", "--detach", place / "source", name])
        try:
            run([need("hatchling", "make setup"), "build", "-t", "wheel", "-d", place], cwd=place / "source")
        finally:
            run(["git", "worktree", "remove", "--force", place / "source"])
        before = _installed(next(place.glob("*.whl")), place / "before")
        after = _installed(wheel(), place / "after")
        return f"{name[:10]}: {_carried(place, before, after)}"


def _installed(file: Path, target: Path) -> Path:
    pip = [ROOT / ".venv/bin/python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    run([*pip, "--no-deps", "--no-index", "--target", target, file])
    return target


def _carried(place: Path, before: Path, after: Path) -> str:
    shutil.copy(EXAMPLE, place / "draw.py")
    words = ("profile", "draw.py", "--models", "zoo", "--json")
    old = json.loads(_command(place, before, *words))
    schema, rows = _store(place)
    newer = json.loads(_command(place, after, *words))
    lessons = _command(place, after, "memory", "list")
    now, kept = _store(place)
    hold(now >= schema and kept.items() >= rows.items(), f"schema {schema} to {now}: {len(rows)} rows, {len(kept)} now")
    hold(newer["trace"]["pipeline_class"] == old["trace"]["pipeline_class"], "the script is another one")
    return (
        f"schema {schema} became {now}, {len(rows)} rows kept as they were, {len(lessons.splitlines())} lines of memory"
    )


def _command(place: Path, site: Path, *words: str) -> str:
    own = {"DIFFAGENT_HOME": str(place / "home"), "PYTHONPATH": str(site), "PATH": os.environ["PATH"]}
    return run([ROOT / ".venv/bin/python", "-m", "diffagent_mcp", *words], cwd=place, environment=own)


def _store(place: Path) -> tuple[int, dict[str, str]]:
    """Number of the schema, and every verdict by its key."""
    with sqlite3.connect(place / "home" / "store.sqlite") as store:
        (number,) = store.execute("pragma user_version").fetchone()
        return int(number), dict(store.execute("select key, body from verdicts").fetchall())
