"""The scripts that analysis and edits are tested on: shapes in which people write them."""

from pathlib import Path

import pytest
from factories import situation

from diffagent_mcp.knowledge.render import change_for
from diffagent_mcp.knowledge.situation import Situation
from diffagent_mcp.knowledge.types import EditRefused, PipelineSite, Plan, Script
from diffagent_mcp.tools.script.analyse import analyse
from diffagent_mcp.tools.script.edit import apply

HERE = Path(__file__).parent
SCRIPTS = {
    p.stem: p
    for p in (*sorted((HERE.parent / "examples").glob("*.py")), *sorted((HERE / "scripts").glob("*.py")))
    if p.stem != "settings_beside"
}
SHAPES = {
    p.relative_to(HERE / "scripts" / "shapes").with_suffix("").as_posix().replace("/", "_"): p
    for p in sorted((HERE / "scripts" / "shapes").rglob("*"))
    if p.suffix in (".py", ".ipynb") and p.stem != "__init__"
}
"""read and edited, never run: what they load is not in the zoo"""
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


def edited(code: str, of: Plan, name: str | None = None) -> str:
    """A script with a plan written into it."""
    script = analysed(code)
    site = next(p for p in script.pipelines if name in (None, p.name))
    made = apply(code, script, site.name, change_for(of, situated(site, situation())))
    assert isinstance(made, str), made
    return made


def refused(code: str, of: Plan) -> str:
    """The sentence with which a plan is refused."""
    script = analysed(code)
    made = apply(code, script, script.pipelines[0].name, change_for(of, situation()))
    assert isinstance(made, EditRefused), made
    return made.message
