"""The smallest change of a person's own file: golden diffs, idempotence, and refusals instead of wrong edits."""

import ast
import difflib
import random
from pathlib import Path

import golden
import pytest
from corpus import EVERY, SCRIPTS, analysed, edited, situated, text
from factories import plan, situation, step
from hypothesis import given, settings
from hypothesis import strategies as st

from diffagent_mcp.knowledge.catalogue import METHODS
from diffagent_mcp.knowledge.method import Method
from diffagent_mcp.knowledge.render import change_for
from diffagent_mcp.knowledge.types import EditRefused, Plan, Script
from diffagent_mcp.tools.script.analyse import analyse
from diffagent_mcp.tools.script.diff import unified
from diffagent_mcp.tools.script.edit import apply
from diffagent_mcp.tools.script.marks import marks

FULL = plan(
    step("sampler", name="dpmpp_2m", steps=20),
    step("precision", dtype="bfloat16"),
    step("deepcache", interval=3, branch=0),
    step("guidance_cutoff", after=0.6),
)
GATED = plan(step("sampler", name="euler", steps=25), step("tgate", gate=0.5), step("channels_last"))
EACH = [plan(m().step()) for m in METHODS]


@pytest.mark.parametrize("kind", METHODS, ids=lambda m: m.slug)
def test_a_method_touches_only_what_it_must(kind: type[Method]) -> None:
    """On a script with comments, tabs, odd spacing and type hints."""
    code = text(SCRIPTS["typed_tabs"])
    golden.check(f"diffs/{kind.slug}.diff", unified(code, edited(code, plan(kind().step())), "typed_tabs.py"))


@EVERY
def test_a_whole_plan_in_every_script(path: Path) -> None:
    code = text(path)
    golden.check(f"diffs/scripts/{path.stem}.diff", unified(code, edited(code, FULL), path.name))


@EVERY
@pytest.mark.parametrize("of", [FULL, GATED, *EACH], ids=lambda p: "+".join(s.method for s in p.steps))
def test_an_edit_parses_is_idempotent_and_keeps_the_rest(path: Path, of: Plan) -> None:
    code = text(path)
    once = edited(code, of)
    ast.parse(once)
    (site,) = analysed(once).pipelines
    again = apply(once, analysed(once), site.name, change_for(of, situated(analysed(code).pipelines[0], situation())))
    assert again == once
    returns = code.count("\r\n")
    assert once.count("\r\n") == (once.count("\n") if returns else 0), "line endings are the file's own"
    assert code.endswith("\n") == once.endswith("\n")
    before, after = code.splitlines(keepends=True), once.splitlines(keepends=True)
    kept = sum(b.size for b in difflib.SequenceMatcher(None, before, after, autojunk=False).get_matching_blocks())
    assert len(before) - kept <= 3 + len(analysed(code).pipelines[0].calls), "a line for each thing that had to change"
    longest = max(120, *(len(line.rstrip("\r\n")) for line in before))
    assert all(len(line.rstrip("\r\n")) <= longest for line in after), "no line gets too long to read"


MARKS = {"precision", "tome", "channels_last", "compile", "attention_backend", *(m.slug for m in marks().values())}


@EVERY
@pytest.mark.parametrize("of", EACH, ids=lambda p: p.steps[0].method)
def test_a_method_that_was_written_is_found_again(path: Path, of: Plan) -> None:
    before = analysed(text(path)).pipelines[0]
    (after,) = analysed(edited(text(path), of)).pipelines
    assert set(after.applied) - set(before.applied) == {of.steps[0].method} & MARKS
    assert len(after.calls) == len(before.calls)


@EVERY
def test_what_was_asked_for_is_what_analysis_then_finds(path: Path) -> None:
    (site,) = analysed(edited(text(path), FULL)).pipelines
    assert site.scheduler == "DPMSolverMultistepScheduler" and site.dtype == "bfloat16"
    assert set(site.applied) == {"precision", "deepcache", "guidance_cutoff"}
    assert all(c.steps in (20, 2) for c in site.calls)
    (gated,) = analysed(edited(text(path), GATED)).pipelines
    assert all(c.method == "tgate" and "gate_step" in c.keywords for c in gated.calls)


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 10**6))
def test_an_edit_of_a_mangled_script_is_right_or_refused(seed: int) -> None:
    rng = random.Random(seed)
    lines, others = (text(rng.choice(list(SCRIPTS.values()))).splitlines(keepends=True) for _ in range(2))
    for _ in range(rng.randrange(1, 5)):
        at, other = rng.randrange(len(lines)), rng.randrange(len(others))
        lines[at : at + rng.randrange(3)] = others[other : other + rng.randrange(6)] or ["\n"]
    code = "".join(lines)
    script = analyse("mangled.py", code)
    for site in script.pipelines if isinstance(script, Script) else ():
        change = change_for(rng.choice([FULL, GATED]), situation(pipeline=site))
        made = apply(code, analysed(code), site.name, change)
        if isinstance(made, EditRefused):
            assert "does not fit" not in made.message, made.message
        elif "<" not in site.name and "(" not in site.name and site.name in [p.name for p in analysed(made).pipelines]:
            assert apply(made, analysed(made), site.name, change) == made


@pytest.mark.parametrize("name", ["crashes_before_call", "swallows", "needs_arguments", "never_calls", "exits"])
def test_scripts_that_cannot_run_can_be_edited(name: str) -> None:
    code = text(SCRIPTS["handler"].parent / "bad" / f"{name}.py")
    made = edited(code, FULL)
    ast.parse(made)
    assert edited(made, FULL) == made


def test_a_diff_says_where_a_newline_is_missing() -> None:
    missing = "\\ No newline at end of file\n"
    assert unified("a\nb", "a\nc", "f.py").endswith(f"-b\n{missing}+c\n{missing}")
    assert unified("a\n", "a\n", "f.py") == ""
