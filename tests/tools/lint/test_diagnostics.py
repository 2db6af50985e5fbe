"""Every diagnostic shows where it should, not in its honest twin, and its quick fix puts it right."""

import time
from pathlib import Path

import pytest
from golden_diagnostics import FIXES, GOLDEN, SD
from patience import least

from diffagent_mcp.knowledge.diagnostics import BY_CODE, DIAGNOSTICS
from diffagent_mcp.knowledge.types import Diagnostic, Replacement
from diffagent_mcp.tools.script.analyse import Unreadable, study
from diffagent_mcp.tools.script.front import relevant
from diffagent_mcp.tools.script.lint.diagnose import diagnose

SCRIPTS = sorted(Path(__file__).parents[2].joinpath("scripts").rglob("*.py"))


def found(text: str, code: str | None = None) -> list[Diagnostic]:
    told = diagnose("script.py", text)
    assert not isinstance(told, Unreadable)
    return [d for d in told if code in (None, d.code)]


def unmarked(text: str) -> tuple[str, tuple[int, int], tuple[int, int]]:
    """The text, and where the marked part begins and ends: line from 1, column from 0."""
    before, inside, _ = text.replace("»", "«").split("«")
    start = (before.count("\n") + 1, len(before.rpartition("\n")[2]))
    ended = before + inside
    return text.replace("«", "").replace("»", ""), start, (ended.count("\n") + 1, len(ended.rpartition("\n")[2]))


def edited(text: str, edits: tuple[Replacement, ...]) -> str:
    lines = text.splitlines(keepends=True)

    def at(line: int, column: int) -> int:
        return sum(map(len, lines[: line - 1])) + column

    for e in sorted(edits, key=lambda e: (e.start.line, e.start.column), reverse=True):
        text = text[: at(e.start.line, e.start.column)] + e.text + text[at(e.end.line, e.end.column) :]
    return text


def test_each_has_its_golden_pair() -> None:
    assert {k.code for k in DIAGNOSTICS} == GOLDEN.keys()
    assert {k.code for k in DIAGNOSTICS if k.fixed} == FIXES.keys()


@pytest.mark.parametrize("code", GOLDEN)
def test_it_shows_where_it_is(code: str) -> None:
    text, start, end = unmarked(GOLDEN[code][0])
    (one,) = found(text, code)
    assert ((one.start.line, one.start.column), (one.end.line, one.end.column)) == (start, end)
    assert one.severity == BY_CODE[code].severity
    assert one.sentence and not one.sentence.endswith(".")


@pytest.mark.parametrize("code", GOLDEN)
def test_the_honest_twin_is_quiet(code: str) -> None:
    assert [d.code for d in found(GOLDEN[code][1])] == []


@pytest.mark.parametrize("code", FIXES)
def test_the_quick_fix_puts_it_right(code: str) -> None:
    text, *_ = unmarked(GOLDEN[code][0])
    (one,) = found(text, code)
    after = edited(text, one.edits)
    assert one.fix and FIXES[code] in after
    assert not found(after, code)


@pytest.mark.parametrize("code", GOLDEN)
def test_a_comment_silences_it(code: str) -> None:
    text, (line, _), _ = unmarked(GOLDEN[code][0])
    lines = text.splitlines()
    lines[line - 1] += f"  # diffagent: ignore[{code}]"
    assert not found("\n".join(lines), code)
    assert not found(f"# diffagent: ignore-file[{code}]\n{text}", code)
    assert found(text.replace("\n", "  # diffagent: ignore[other]\n"), code)


def test_columns_are_characters() -> None:
    (one,) = found(SD + 'é = "ü"; pipe("a cät", num_inference_step=20)\n', "swallowed-keyword")
    assert (one.start.column, one.end.column) == (23, 44)


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda p: p.name)
def test_no_script_breaks_it(path: Path) -> None:
    told = diagnose(path.name, path.read_text(encoding="utf-8", errors="replace"))
    assert isinstance(told, tuple | Unreadable)


def padded(text: str, lines: int) -> str:
    """The text behind functions that have nothing to do with it."""
    one = (
        '\n\ndef part_{0}(a, b=3, *rest):\n    """Adds."""\n    total = 0\n    for k in range(a):\n'
        "        if k % b == 0:\n            total += k * 2\n"
        "        else:\n            rows = [x for x in rest if x and x.value > k]\n"
        '            total += len(rows)\n    print(f"{{total}} of {{a}}")\n    return total\n'
    )
    head, *rest = text.splitlines(keepends=True)
    filling = "".join(one.format(n) for n in range(lines // 14))
    return head + "".join(rest) + filling


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda p: p.name)
def test_a_long_file_says_the_same_without_its_far_parts(path: Path) -> None:
    text = path.read_text(encoding="utf-8", errors="replace")
    long = padded(text, 1200) if "\n" in text else text
    whole, front = study("s.py", long), study("s.py", relevant(long))
    if not isinstance(whole, Unreadable):
        assert not isinstance(front, Unreadable)
        assert front.script.pipelines == whole.script.pipelines
        assert relevant(long).count("\n") == long.count("\n")


def seconds(text: str, front: bool) -> float:
    """CPU seconds of one answer, 95th percentile of forty while a line is typed."""
    taken: list[float] = []
    for n in range(40):
        typed = f"{text}\nx = {n}\n"
        began = time.process_time()
        diagnose("s.py", relevant(typed) if front else typed)
        taken.append(time.process_time() - began)
    return sorted(taken)[37]


def test_it_is_as_fast_as_typing() -> None:
    text, *_ = unmarked(GOLDEN["clash"][0])
    assert least(lambda: seconds(padded(text, 290), front=True), 0.020) <= 0.020
    assert least(lambda: seconds(padded(text, 2990), front=True), 0.050) <= 0.050
