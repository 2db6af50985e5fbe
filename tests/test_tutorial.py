"""The tutorial is what happens: its commands are run in order, as they stand there."""

import re
import shlex
import shutil
from pathlib import Path

import pytest
from shell import run

ROOT = Path(__file__).parents[1]
TUTORIAL = (ROOT / "docs" / "tutorial.md").read_text(encoding="utf-8")
COMMANDS = [shlex.split(c)[1:] for c in re.findall(r"^\$ (diffagent-mcp .+)$", TUTORIAL, re.MULTILINE)]
OF_HUB_MODELS = [c for c in COMMANDS if c[0] in ("profile", "optimize") and "zoo" not in c]
"""what cannot be run where no real model is at hand"""


def test_the_tutorial_has_commands_that_can_be_run() -> None:
    kinds = [c[0] for c in COMMANDS if c not in OF_HUB_MODELS]
    assert kinds == ["analyze", "doctor", "profile", "optimize", "optimize"]


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_its_commands_do_what_it_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copy(ROOT / "examples" / "sd15_text2img.py", tmp_path / "draw.py")
    monkeypatch.chdir(tmp_path)
    before = (tmp_path / "draw.py").read_text()
    told = [run(*c, timeout=1500) for c in COMMANDS if c not in OF_HUB_MODELS]
    assert [t.returncode for t in told] == [0] * len(told), [t.stderr[-500:] for t in told]
    profile, search, again = told[2:]
    assert "denoiser" in profile.stdout and "50 calls x" in profile.stdout
    assert "+" in search.stdout and "meets the target" in search.stdout
    assert "meets the target" in again.stdout and "from the store" in again.stdout
    report = tmp_path / "draw.diffagent"
    assert {"report.html", "trace.html", "trace.jsonl", "changes.diff"} <= {p.name for p in report.iterdir()}
    assert (tmp_path / "draw.py.orig").read_text() == before
    assert (tmp_path / "draw.py").read_text() == (tmp_path / "draw.accelerated.py").read_text() != before
