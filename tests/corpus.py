"""The scripts that analysis and edits are tested on: shapes in which people write them."""

from pathlib import Path

import pytest

from diffagent_mcp.knowledge.situation import Situation
from diffagent_mcp.knowledge.types import PipelineSite, Script
from diffagent_mcp.tools.script.analyse import analyse

HERE = Path(__file__).parent
SCRIPTS = {
    p.stem: p
    for p in (*sorted((HERE.parent / "examples").glob("*.py")), *sorted((HERE / "scripts").glob("*.py")))
    if p.stem != "settings_beside"
}
EVERY = pytest.mark.parametrize("path", SCRIPTS.values(), ids=SCRIPTS.keys())


def text(path: Path) -> str:
    return path.read_bytes().decode("utf-8")


def analysed(code: str, path: str = "script.py") -> Script:
    script = analyse(path, code)
    assert isinstance(script, Script), script
    return script


def situated(site: PipelineSite, base: Situation) -> Situation:
    """A situation at this pipeline, as far as its text says."""
    steps = max((c.steps or 50 for c in site.calls), default=50)
    return base.model_copy(update={"pipeline": site, "steps": steps, "scheduler": site.scheduler})
