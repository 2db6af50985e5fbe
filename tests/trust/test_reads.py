"""What stands beside a script, what it names and what is allowed can be read behind every wall; the rest is said."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from diffagent_mcp.knowledge.types import Failure
from diffagent_mcp.tools.measure.runner import Limits, Live, Runner
from diffagent_mcp.tools.measure.sandbox import layers
from diffagent_mcp.tools.measure.sandbox.names import Sandbox
from diffagent_mcp.tools.measure.sandbox.walls import Walls

pytestmark = pytest.mark.slow
LAYERS: tuple[Sandbox, ...] = ("bwrap", "unshare", "landlock")
READS = """
from pathlib import Path
assert Path("big.bin").stat().st_size == 300_000 and len(Path("big.bin").read_bytes()) == 300_000
assert Path("data/a.txt").read_text() == "a"
assert Path({named!r}, "w.txt").read_text() == "w"
for place in ("data/a.txt", {named!r} + "/w.txt", "big.bin"):
    try: open(place, "a")
    except OSError: continue
    raise SystemError("it could be changed: " + place)
"""
COMPILES = """
import torch
f = torch.compile(lambda x: (x.sin() + 2 * x).cos().sum())
assert torch.isfinite(f(torch.rand(64, 64)))
"""


@pytest.fixture(params=LAYERS)
def walled(request: pytest.FixtureRequest, zoo_home: Path, tmp_path: Path) -> Iterator[tuple[Runner, Path]]:
    if (why := layers.missing(request.param)) is not None:
        pytest.skip(f"the layer {request.param} is not here: {why}")
    allowed = tmp_path / "allowed"
    allowed.mkdir()
    runner = Runner(Path(sys.executable), zoo_home, 1, Limits(load_s=120), walls=Walls(request.param, (allowed,)))
    yield runner, tmp_path
    runner.close()


def ran(runner: Runner, script: Path, code: str) -> Failure:
    script.parent.mkdir(exist_ok=True)
    script.write_text(code)
    job = {"code": code, "script": script.name, "arguments": [], "sites": [], "pipeline_class": None}
    found = runner.start(job, script)
    assert not isinstance(found, Live)
    return found


def test_what_a_script_needs_is_there_and_the_rest_is_named(walled: tuple[Runner, Path]) -> None:
    runner, folder = walled
    project, weights, other = folder / "project", folder / "weights", folder / "other"
    for made in (project / "data", weights, other):
        made.mkdir(parents=True)
    (project / "big.bin").write_bytes(b"x" * 300_000)
    (project / "data" / "a.txt").write_text("a")
    (weights / "w.txt").write_text("w")
    (other / "o.txt").write_text("o")
    (folder / "allowed" / "o.txt").write_text("o")
    found = ran(runner, project / "s.py", READS.format(named=str(weights)))
    assert found.kind == "never_called", found
    start, rest = str(folder)[:-1], str(folder)[-1:] + "/NAME/o.txt"
    told = f"import pathlib\nassert pathlib.Path({start!r} + {rest!r}).read_text() == 'o'"
    found = ran(runner, project / "t.py", told.replace("NAME", "allowed"))
    assert found.kind == "never_called", found
    found = ran(runner, project / "u.py", told.replace("NAME", "other"))
    assert f"allow it with --allow-read {other}/o.txt" in found.message, found


def test_compiling_works(walled: tuple[Runner, Path]) -> None:
    runner, folder = walled
    found = ran(runner, folder / "project" / "s.py", COMPILES)
    assert found.kind == "never_called", found
