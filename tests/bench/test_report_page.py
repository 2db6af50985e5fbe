"""The benchmark's pages, from made-up runs: every number in here is invented."""

import base64
import hashlib
import io
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from made_up_runs import HOSTILE, calibrated, judged, relative, run, task, tasks, verdicts
from PIL import Image

from diffagent_mcp.bench.report import html
from diffagent_mcp.bench.report.axes import ticks
from diffagent_mcp.bench.report.page import page_name
from diffagent_mcp.knowledge.types import Crashed, Mismatch, Static, Submission
from diffagent_mcp.tools.errors import UsageError
from diffagent_mcp.tools.store.bench import KeptPicture

VOID = {"meta", "link", "img", "br", "input", "hr"}


class Reader(HTMLParser):
    """Which tags stand in a page, with what they lead to, and whether each is closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.links: list[str] = []
        self.handlers: list[str] = []
        self.ids: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.handlers += [name for name, _ in attrs if name.startswith("on")]
        self.links += [value or "" for name, value in attrs if name in ("href", "src")]
        self.ids += [value or "" for name, value in attrs if name == "id"]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.open and self.open.pop() == tag, tag


def pictures(name: str) -> list[KeptPicture]:
    png = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(png, "PNG")
    roles = ("baseline", "candidate", "absolute")
    return [KeptPicture(role, f"{HOSTILE} {n}", n, png.getvalue()) for role in roles for n in range(2)]


def written(folder: Path, **more: object) -> tuple[Reader, str]:
    every = tasks()
    page = html(folder, run(every), every, verdicts(every), command="bench run", **more)  # pyright: ignore[reportArgumentType]
    text = page.read_text(encoding="utf-8")
    return Reader(text), text


def test_the_page_is_well_formed_and_fetches_nothing(tmp_path: Path) -> None:
    every = tasks()
    reader, text = written(tmp_path, calibrated=[calibrated()], beside=[(run(every, "random"), verdicts(every, 1))])
    assert reader.open == []
    assert all(link.startswith(("#", "tasks/")) for link in reader.links)
    assert len(reader.ids) == len(set(reader.ids))
    assert not re.search(r"(?:https?:)?//[a-z]", re.sub(r"https?://www\.w3\.org\S+", "", text))
    assert {link[1:] for link in reader.links if link.startswith("#")} <= set(reader.ids)


def test_every_link_to_a_task_leads_to_its_page(tmp_path: Path) -> None:
    reader, _ = written(tmp_path)
    linked = {link for link in reader.links if link.startswith("tasks/")}
    assert len(linked) == len(tasks())
    assert all((tmp_path / link).exists() for link in linked)
    for page in (tmp_path / "tasks").iterdir():
        inner = Reader(page.read_text(encoding="utf-8"))
        assert inner.open == []
        assert all((page.parent / link.partition("#")[0]).exists() for link in inner.links if link[0] != "#")


def test_the_other_forms_lie_beside_the_page(tmp_path: Path) -> None:
    written(tmp_path)
    assert {p.name for p in tmp_path.iterdir()} == {"report.html", "report.md", "report.json", "tasks"}


def test_published_rows_are_marked(tmp_path: Path) -> None:
    _, text = written(tmp_path)
    rows = re.findall(r'<tr class="theirs">.*?</tr>', text, re.DOTALL)
    assert len(rows) == 7
    assert all("published" in row for row in rows)
    assert "Measured on tiny zoo models" in text


def test_the_only_script_is_ours(tmp_path: Path) -> None:
    _, text = written(tmp_path)
    (script,) = re.findall(r"<script>(.*?)</script>", text, re.DOTALL)
    said = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"script-src 'sha256-{said}'" in text


def test_hostile_text_stays_text(tmp_path: Path) -> None:
    one = task(4, 0, "hard", request=HOSTILE, reference=HOSTILE, phrasing=HOSTILE)
    bad = judged(
        one,
        "key-attribute error",
        submission=Submission(code=HOSTILE + "\n", note=HOSTILE),
        sentence=HOSTILE,
        crash=Crashed(message=HOSTILE, evidence=HOSTILE, stage="call", error="x"),
        static=Static(mismatches=(Mismatch(attribute=HOSTILE, wanted=HOSTILE, found=HOSTILE, source="live"),)),
    )
    hostile_run = run([one], HOSTILE, suite=HOSTILE)
    page = html(tmp_path, hostile_run, [one], [bad], command=HOSTILE, pictures=pictures)
    for path in (page, tmp_path / "tasks" / page_name(one.id)):
        text = path.read_text(encoding="utf-8")
        reader = Reader(text)
        assert reader.open == []
        assert reader.tags.count("script") == (path == page)
        assert not reader.handlers
        assert "\x1b" not in text
        assert "\u202e" not in text
        assert "49" not in re.sub(r"data:image[^\"]+|<style>.*?</style>|<svg.*?</svg>", "", text, flags=re.DOTALL)


def test_a_tasks_page_shows_how_it_went(tmp_path: Path) -> None:
    one = task(4, 0, "medium")
    said = judged(one, "relative speed", sentence="too slow", relative=relative(1.5, 2.0))
    html(tmp_path, run([one]), [one], [said], calibrated=[calibrated()], pictures=pictures)
    text = (tmp_path / "tasks" / page_name(one.id)).read_text(encoding="utf-8")
    assert "make it 2.00x" in text  # the request with its calibrated number
    assert text.count('<li class="stage-passed">') == 2
    assert "1.50x where 2.00x is asked" in text
    assert '<span class="added">+import torch, DeepCache</span>' in text
    assert text.count("data:image/png;base64,") == 6
    assert "<script" not in text


@pytest.mark.parametrize(("reached", "stage"), [("nothing", 1), ("static", 2), ("absolute", 3)])
def test_a_crash_is_shown_at_its_stage(tmp_path: Path, reached: str, stage: int) -> None:
    one = task(4, 0, "medium")
    whole = judged(one, "compile error", relative=None)
    gone = {"nothing": {"static": None, "absolute": None}, "static": {"absolute": None}}.get(reached, {})
    html(tmp_path, run([one]), [one], [whole.model_copy(update=gone)])
    text = (tmp_path / "tasks" / page_name(one.id)).read_text(encoding="utf-8")
    verdicts = re.findall(r'<li class="stage-([a-z-]+)">', text)
    assert verdicts == ["passed"] * (stage - 1) + ["failed"] + ["not-reached"] * (3 - stage)


def test_a_solver_that_gives_up_has_a_page(tmp_path: Path) -> None:
    one = task(2)
    gone = judged(one, "no submission", submission=Submission(note="cannot"), static=None, absolute=None)
    html(tmp_path, run([one]), [one], [gone])
    text = (tmp_path / "tasks" / page_name(one.id)).read_text(encoding="utf-8")
    assert "Nothing was handed in." in text
    assert text.count("not reached") == 2


def test_a_run_without_verdicts_has_a_page(tmp_path: Path) -> None:
    page = html(tmp_path, run(tasks()), tasks(), [])
    text = page.read_text(encoding="utf-8")
    assert Reader(text).open == []
    assert "no task has been judged yet" in text


def test_plain_tasks_alone_have_no_charts_of_speed(tmp_path: Path) -> None:
    every = [t for t in tasks() if t.level < 4]
    text = html(tmp_path, run(every), every, verdicts(every)).read_text(encoding="utf-8")
    assert 'id="speed"' not in text
    assert 'id="heat"' in text


def test_a_folder_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(UsageError, match="cannot write the report"):
        html(tmp_path / "file", run([]), [], [])


@pytest.mark.parametrize("id", ["../../etc/passwd", "L3-117", "a b/c"])
def test_an_id_cannot_leave_the_folder(id: str) -> None:
    assert re.fullmatch(r"[A-Za-z0-9_-]+\.html", page_name(id))


@pytest.mark.parametrize(
    ("low", "high", "first", "last"), [(0, 1, 0, 1), (1, 4.2, 1, 4), (-0.012, 0.15, 0, 0.15), (1, 1.5, 1, 1.5)]
)
def test_ticks_are_round_and_inside(low: float, high: float, first: float, last: float) -> None:
    found = ticks(low, high)
    assert (found[0], found[-1]) == (first, last)
    assert 3 <= len(found) <= 8
