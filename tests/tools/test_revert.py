"""What acceleration added is taken out again, exactly, also from files that were worked on since."""

from pathlib import Path

import pytest
from corpus import EVERY, edited, text
from factories import plan, step

from diffagent_mcp.knowledge.catalogue import METHODS
from diffagent_mcp.knowledge.types import EditRefused, Plan
from diffagent_mcp.tools.errors import UsageError
from diffagent_mcp.tools.script.diff import unified
from diffagent_mcp.tools.script.revert import revert, revert_to
from diffagent_mcp.tools.script.reverting import reverted

FULL = plan(step("sampler", name="dpmpp_2m", steps=20), step("deepcache", interval=3), step("guidance_cutoff"))
GATED = plan(step("sampler", name="euler", steps=25), step("tgate", gate=0.5), step("channels_last"))
EACH = [plan(m().step()) for m in METHODS]
SCRIPT = """from diffusers import StableDiffusionPipeline

pipe = StableDiffusionPipeline.from_pretrained("a/b")
for prompt in ("one", "two"):
    pipe(prompt, num_inference_steps=50).images[0].save(f"{prompt}.png")
"""


@EVERY
@pytest.mark.parametrize("of", [FULL, GATED, *EACH], ids=lambda p: "+".join(s.method for s in p.steps))
def test_an_edit_is_taken_back_exactly(path: Path, of: Plan) -> None:
    code = text(path)
    made = edited(code, of)
    assert revert(made, unified(code, made, path.name)) == code
    assert revert_to(made, made, code) == code


def test_what_was_written_since_stays() -> None:
    made = edited(SCRIPT, FULL)
    later = "# mine\n" + made.replace('("one", "two")', '("one", "two", "three")') + 'print("done")\n'
    expected = "# mine\n" + SCRIPT.replace('("one", "two")', '("one", "two", "three")') + 'print("done")\n'
    assert revert(later, unified(SCRIPT, made, "a.py")) == expected
    assert revert_to(later, made, SCRIPT) == expected


def test_what_is_the_original_already_stays() -> None:
    assert revert_to(SCRIPT, edited(SCRIPT, FULL), SCRIPT) == SCRIPT


def test_a_place_that_changed_is_named() -> None:
    made = edited(SCRIPT, FULL)
    other = made.replace("num_inference_steps=20", "num_inference_steps=21")
    for refused in (revert(other, unified(SCRIPT, made, "a.py")), revert_to(other, made, SCRIPT)):
        assert isinstance(refused, EditRefused) and "was changed since (pipe(" in refused.message


@pytest.mark.parametrize(("old", "new"), [("a\nb", "a\nc\nb"), ("a\r\nb\r\n", "a\r\nc\r\n"), ("a\x0cb\n", "a\x0cc\n")])
@pytest.mark.parametrize("tail", ["", "--- x\n+++ y\n"])
def test_odd_line_ends(old: str, new: str, tail: str) -> None:
    assert revert(tail + new, unified(tail + old, tail + new, "a.py")) == tail + old
    assert revert(tail + old, unified(tail + new, tail + old, "a.py")) == tail + new


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_line_that_ended_the_file_may_have_got_a_line_end_since(end: str) -> None:
    code = SCRIPT.rstrip("\n").replace("\n", end)
    made = edited(code, FULL)
    for later in (f"{made}{end}", f"{made}{end}print('mine'){end}"):
        assert revert_to(later, made, code) == code + later.removeprefix(made)
        assert revert(later, unified(code, made, "a.py")) == code + later.removeprefix(made)


def test_a_file_that_was_applied_to(tmp_path: Path) -> None:
    made = edited(SCRIPT, FULL)
    (tmp_path / "draw.py").write_text(made + "print(1)\n")
    (tmp_path / "draw.py.orig").write_text(SCRIPT)
    (tmp_path / "draw.accelerated.py").write_text(made)
    assert reverted(tmp_path / "draw.py") == SCRIPT + "print(1)\n"
    (tmp_path / "draw.py").write_text(made.replace("=20", "=21"))
    with pytest.raises(UsageError, match=r"was changed since .* the original is .*draw\.py\.orig"):
        reverted(tmp_path / "draw.py")


def test_the_copy_beside_a_script(tmp_path: Path) -> None:
    (tmp_path / "draw.py").write_text(SCRIPT)
    (tmp_path / "draw.accelerated.py").write_text(edited(SCRIPT, FULL))
    assert reverted(tmp_path / "draw.accelerated.py") == SCRIPT


def test_a_file_of_which_nothing_is_known(tmp_path: Path) -> None:
    (tmp_path / "draw.py").write_text(SCRIPT)
    with pytest.raises(UsageError, match=r"there is no draw\.py\.orig beside it"):
        reverted(tmp_path / "draw.py")
