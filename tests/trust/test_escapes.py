"""Attempts to get out of the runner, against each layer that this machine has. `make test-trust` runs all of them.

Contained means: a typed failure (or nothing at all), nothing left running after five seconds, no folder left behind,
no mark outside, no secret in what is reported.
"""

import json
import os
import platform
import socket
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import psutil
import pytest

from diffagent_mcp.bench.zoo import cache
from diffagent_mcp.knowledge.types import Failure
from diffagent_mcp.tools.measure import ending
from diffagent_mcp.tools.measure.runner import Limits, Live, Runner
from diffagent_mcp.tools.measure.sandbox import layers
from diffagent_mcp.tools.measure.sandbox.names import Sandbox
from diffagent_mcp.tools.measure.sandbox.walls import Walls
from trust import attempts
from trust.attempts import Attempt
from trust.attempts_on_disk import ON_DISK

ATTEMPTS = (*attempts.ATTEMPTS, *ON_DISK)
ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "results" / "trust" / "escapes.json"
LAYERS: tuple[Sandbox, ...] = ("bwrap", "unshare", "landlock")
HARMLESS = ("keys in the home folder", "signals", "unix sockets", "the store, the scorer and the repository")
SECRET = "SECRET-OF-FILE-7741"
FOUND: dict[str, dict[str, str]] = {}


@dataclass
class Prison:
    """A runner behind one layer, on a machine with secrets."""

    runner: Runner
    places: dict[str, object]
    listeners: list[socket.socket] = field(default_factory=list[socket.socket])


def machine(folder: Path, zoo_home: Path) -> tuple[dict[str, object], list[socket.socket]]:
    """A home with keys, a victim, and listeners that a prisoner might reach."""
    home, outside = folder / "home", folder / "outside"
    (home / ".ssh").mkdir(parents=True)
    outside.mkdir()
    for secret in (home / ".ssh" / "id_test", zoo_home / "token", folder / "store.sqlite", outside / "victim"):
        secret.write_text(SECRET)
    (outside / "victim").chmod(0o640)
    os.utime(outside / "victim", (1_000_000_000, 1_000_000_000))
    tcp, abstract, named = socket.create_server(("127.0.0.1", 0)), socket.socket(socket.AF_UNIX), socket.socket(1)
    name = f"diffagent-test-{os.getpid()}-{time.monotonic_ns()}"
    abstract.bind("\0" + name)
    named.bind(str(outside / "s"))
    for listener in (abstract, named):
        listener.listen()
    places: dict[str, object] = {
        "PORT": tcp.getsockname()[1], "ABSTRACT": name, "HOME": str(home), "SSH": str(home / ".ssh" / "id_test"),
        "TOKEN": str(zoo_home / "token"), "STORE": str(folder / "store.sqlite"), "OUTSIDE": str(outside),
        "VICTIM": str(outside / "victim"), "JUDGE": os.getpid(), "REPOSITORY": str(ROOT),
        "SCORER": str(cache.scorer_folder(cache.WEIGHTS)),
    }  # fmt: skip
    return places, [tcp, abstract, named]


@pytest.fixture(scope="module")
def prisons(zoo_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Prison]]:
    """Opened when a layer is first asked for, and all closed at the end."""
    opened: dict[str, Prison] = {}
    patch = pytest.MonkeyPatch()
    patch.setenv("ANTHROPIC_API_KEY", "SECRET-OF-ENV")
    patch.setenv("HOME", str(Path.home()))  # each prison sets another; undone with the rest
    yield opened
    for prison in opened.values():
        prison.runner.close()
        assert not prison.runner.scratch.exists()
        for listener in prison.listeners:
            listener.close()
    patch.undo()


def prison(prisons: dict[str, Prison], layer: Sandbox, zoo_home: Path, folder: Path) -> Prison:
    if layer not in ("auto", "none") and (why := layers.missing(layer)) is not None:
        pytest.skip(f"the layer {layer} is not here: {why}")
    if layer not in prisons:
        places, listeners = machine(folder, zoo_home)
        os.environ["HOME"] = str(places["HOME"])
        walls = Walls(layer, (), (folder / "store.sqlite", Path(str(places["HOME"])), Path(str(places["OUTSIDE"]))))
        runner = Runner(Path(sys.executable), zoo_home, 1, Limits(load_s=30, memory_mb=12_000), walls=walls)
        runner.ready()
        places.update(ZYGOTE=runner.warm.pid, SCRATCH=str(runner.scratch))
        prisons[layer] = Prison(runner, places, listeners)
    return prisons[layer]


def run(one: Prison, attempt: Attempt, folder: Path) -> Failure | None:
    """What the judge says of an attempt; None where it ends as a captured pipeline."""
    script = folder / "script.py"
    script.write_text(attempt.script(one.places))
    job: dict[str, Any] = {"code": script.read_text(), "script": "script.py", "arguments": [], "sites": []}
    limits = replace(one.runner.limits, **attempt.limits)
    found = one.runner.start({**job, "pipeline_class": None}, script, limits)
    if isinstance(found, Live):
        found.close()
        return None
    return found


def left_over(one: Prison, seconds: float = 5.0) -> list[str]:
    """Processes and folders that are still there after `seconds`, and marks outside."""
    until = time.monotonic() + seconds
    while (there := _still_there(one)) and time.monotonic() < until:
        time.sleep(0.1)
    return there


def _still_there(one: Prison) -> list[str]:
    processes = [str(p) for p in ending.children(one.runner.warm.pid, recursive=True)]
    daemons = [str(p.info) for p in psutil.process_iter(["cmdline"]) if p.info["cmdline"] == ["sleep", "3491"]]
    folders = [str(p) for p in one.runner.scratch.glob("job-*")]
    outside = Path(str(one.places["OUTSIDE"]))
    marks = [str(p) for p in (*outside.glob("mark*"), *Path("/tmp").glob("diffagent-escaped*"))]
    victim = [] if _as_it_was(outside / "victim") else ["the victim was changed"]
    return [*processes, *daemons, *folders, *marks, *victim]


def _as_it_was(victim: Path) -> bool:
    found = victim.stat()
    return victim.read_text() == SECRET and found.st_mode & 0o777 == 0o640 and found.st_mtime == 1_000_000_000


def contained(one: Prison, attempt: Attempt, folder: Path) -> str:
    """Empty, or what went wrong."""
    failure = run(one, attempt, folder)
    if failure is None:
        return "it was taken for a pipeline"
    said = failure.message + failure.evidence
    if "ESCAPED" in said.split("raise SystemError")[-1] or SECRET in said or "SECRET-OF-ENV" in failure.message:
        return f"escaped: {failure.message}"
    if any(ord(c) < 32 and c not in "\n\t" for c in said) or "\u202e" in said or "\x9b" in said:
        return f"control characters in {said!r}"
    if "tries(" in attempt.code and not attempt.says and failure.kind != "never_called":
        return f"it did not come to try everything: {failure.message}"
    if attempt.says not in failure.message:
        return f"said {failure.message!r} rather than {attempt.says!r}"
    there = left_over(one)
    return f"left behind: {there}" if there else ""


@pytest.mark.parametrize("attempt", [a for a in ATTEMPTS if a.quick], ids=lambda a: a.name)
def test_the_usual_walls_hold(attempt: Attempt, prisons: dict[str, Prison], zoo_home: Path, tmp_path: Path) -> None:
    assert contained(prison(prisons, "auto", zoo_home, tmp_path), attempt, tmp_path) == ""


@pytest.mark.slow
@pytest.mark.parametrize("attempt", ATTEMPTS, ids=lambda a: a.name)
@pytest.mark.parametrize("layer", LAYERS)
def test_every_layer_holds(
    layer: Sandbox, attempt: Attempt, prisons: dict[str, Prison], zoo_home: Path, tmp_path: Path
) -> None:
    one = prison(prisons, layer, zoo_home, tmp_path)
    wrong = contained(one, attempt, tmp_path)
    calm = run(one, Attempt("calm", "x = 1"), tmp_path)
    assert calm is not None and calm.kind == "never_called", f"the next script met {calm}"
    FOUND.setdefault(layer, {})[attempt.name] = wrong or "contained"
    assert wrong == ""


@pytest.mark.slow
@pytest.mark.parametrize("name", HARMLESS)
def test_without_walls_the_same_attempts_get_out(
    name: str, prisons: dict[str, Prison], zoo_home: Path, tmp_path: Path
) -> None:
    """They are no straw men. Only those that change nothing are let loose."""
    attempt = next(a for a in ATTEMPTS if a.name == name)
    failure = run(prison(prisons, "none", zoo_home, tmp_path), attempt, tmp_path)
    assert failure is not None and "ESCAPED" in failure.message, failure


@pytest.mark.slow
def test_what_was_found_is_kept() -> None:
    """Runs last: the table of layers and attempts, for docs/trust.md."""
    if not FOUND or any(len(of_layer) < len(ATTEMPTS) for of_layer in FOUND.values()):
        pytest.skip("only a part of the attempts was run")
    table = {
        "date": datetime.now(timezone.utc).date().isoformat(),
        "kernel": platform.release(),
        "machine": platform.machine(),
        "user": "root" if os.geteuid() == 0 else "unprivileged",
        "command": "make test-trust",
        "not_run": {name: why for name in (*LAYERS, "docker") if (why := layers.missing(name)) is not None},
        "layers": {name: layers.choose(name).words("") for name in LAYERS if name in FOUND},
        "contained": FOUND,
    }
    PAGE.parent.mkdir(parents=True, exist_ok=True)
    PAGE.write_text(json.dumps(table, indent=2) + "\n")
    assert all(word == "contained" for of_layer in FOUND.values() for word in of_layer.values())
