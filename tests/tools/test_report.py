"""The report says the same in every shape of outcome, and what it quotes cannot do harm."""

import io
import re
import subprocess
import sys
from collections.abc import Sequence
from html.parser import HTMLParser
from pathlib import Path

import pytest
from PIL import Image

from diffagent_mcp.knowledge.types import (
    Budget,
    CallSite,
    Candidate,
    Crashed,
    Device,
    Environment,
    Evaluation,
    Failure,
    InvalidPlan,
    Outcome,
    OutOfMemory,
    PipelineSite,
    Plan,
    Position,
    Profile,
    PromptScore,
    Proposal,
    Protocol,
    Script,
    Search,
    Stages,
    Step,
    StopReason,
    Target,
    Trace,
    Trial,
)
from diffagent_mcp.knowledge.types import Interval as Between
from diffagent_mcp.tools.measure.start import Start
from diffagent_mcp.tools.report import summary, text
from diffagent_mcp.tools.report.manifest import manifest_of
from diffagent_mcp.tools.report.pairs import SHOWN, PicturePair, worst_first
from diffagent_mcp.tools.report.standing import standing
from diffagent_mcp.tools.report.view import bars, break_even, diff_lines
from diffagent_mcp.tools.report.write import write

ENVIRONMENT = Environment(
    device=Device(kind="cpu", name="AMD EPYC", memory_mb=16_000, threads=2),
    python="3.11.7",
    libraries={"torch": "2.9.0", "diffusers": "0.36.0"},
    models="zoo",
    models_version="v2",
    scorer="open_clip tiny",
)
PROTOCOLS = (
    Protocol(name="quick", prompts=("a red cube",), seeds=(1, 2), pairs=4),
    Protocol(name="final", prompts=("a blue ball", "a green cone"), seeds=(7,), pairs=12),
)
TRACE = Trace(
    pipeline_class="StableDiffusionPipeline",
    model_id="runwayml/stable-diffusion-v1-5",
    denoiser_class="UNet2DConditionModel",
    denoiser_parameters=1_000_000,
    denoiser_dtype="float32",
    scheduler_class="PNDMScheduler",
    timesteps=50,
    denoiser_calls=50,
)
BASELINE = Profile(
    latency_s=1.23,
    interval=Between(low=1.2, high=1.26),
    samples=6,
    load_s=2.0,
    first_image_s=1.5,
    peak_mb=900,
    stages=Stages(text_encoder_s=0.02, denoiser_s=1.1, vae_s=0.08, rest_s=0.02, denoiser_calls=50),
    trace=TRACE,
    clip=24.0,
    clip_sd=2.0,
    clip_scores=(22.0, 26.0),
    seed_distance=0.4,
    prompts=16,
)
SITE = PipelineSite(
    name="pipe",
    start=Position(line=3, column=0),
    end=Position(line=3, column=40),
    pipeline_class="StableDiffusionPipeline",
    calls=(CallSite(start=Position(line=5, column=0), end=Position(line=5, column=9), receiver="pipe"),),
)
HOSTILE = "<script>alert(1)</script>\x1b[31mred\x1b]0;title\x07 \u202eevil\u2066 \x00\x08 {{ 7 * 7 }} $\\frac$"
DIFF = "--- a.py\n+++ b.py\n@@ -1 +1,2 @@\n pipe = load()\n-steps = 50\n+steps = 20\n"


def evaluation(speedup: float = 2.31, loss: float = 0.004, drift: float = 0.12, protocol: str = "quick") -> Evaluation:
    return Evaluation(
        protocol="final" if protocol == "final" else "quick",
        speedup=speedup,
        speedup_interval=Between(low=speedup - 0.04, high=speedup + 0.05),
        pairs=12,
        latency_s=1.23 / speedup,
        baseline_s=1.23,
        loss=loss,
        loss_se=0.003,
        drift=drift,
        drift_se=0.01,
        prompts=20,
        clip=24 * (1 - loss),
        clip_before=24.0,
        load_s=2.2,
        first_image_s=1.1,
        peak_mb=950,
        stages=Stages(text_encoder_s=0.02, denoiser_s=0.4, vae_s=0.08, rest_s=0.02, denoiser_calls=20),
        trace=TRACE.model_copy(update={"timesteps": 20, "denoiser_calls": 20}),
    )


def trial(
    number: int, verdict: Evaluation | Failure, final: Evaluation | Failure | None = None, why: str = ""
) -> Trial:
    steps = (Step(method="sampler", params={"name": "dpmpp_2m", "steps": 20}),)
    proposal = Proposal(plan=Plan(steps=steps), generation=1, parents=(1, 2), why=why)
    return Trial(number=number, proposal=proposal, verdict=verdict, final=final, seconds=4.2, cached=number == 2)


def outcome(
    *trials: Trial,
    winner: int | None = None,
    best: int | None = None,
    stopped: StopReason = "evaluations spent",
    limit: str = "",
    environment: Environment = ENVIRONMENT,
    target: Target | None = None,
) -> Outcome:
    return Outcome(
        script=Script(path="/home/me/make picture.py", pipelines=(SITE,), source_sha="0"),
        pipeline="pipe",
        target=target or Target(speedup=2.0),
        budget=Budget(),
        search=Search(),
        environment=environment,
        protocols=PROTOCOLS,
        baseline=BASELINE,
        trials=trials,
        winner=winner,
        best=best,
        stopped=stopped,
        limit=limit,
        seconds=192.0,
        measured=len(trials),
    )


def png(colour: str = "teal", side: int = 64) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (side, side), colour).save(out, "PNG")
    return out.getvalue()


def pair(prompt: str = "a red cube", after: float = 23.0, drift: float = 0.1, side: int = 64) -> PicturePair:
    score = PromptScore(prompt=prompt, seed=7, clip_before=24.0, clip_after=after, drift=drift)
    return PicturePair(score, png("teal", side), png("tan", side))


CRASH = Crashed(message="The pipeline raised.", evidence=HOSTILE, stage="call", error="RuntimeError")
MET = outcome(
    trial(1, CRASH),
    trial(2, evaluation(1.4, 0.09, 0.6)),
    trial(3, evaluation(), evaluation(protocol="final"), why="Fewer steps with a better solver."),
    winner=3,
    best=3,
    stopped="target met",
)
MISSED = outcome(
    trial(1, evaluation(3.1, 0.061, 0.4)),
    best=1,
    target=Target(speedup=4.0),
    limit="Four steps are too few.",
)
LONG = outcome(trial(1, CRASH, why="word " * 900), limit="x" * 5000, target=Target(latency_s=0.3, max_drift=None))
SHAPES = {
    "met": (MET, [pair(), pair("cone", 20.0)], DIFF),
    "missed": (MISSED, [pair(side=300)], DIFF),
    "all failed": (outcome(trial(1, CRASH), trial(2, InvalidPlan(message="No."))), [], ""),
    "nothing tried": (outcome(stopped="interrupted"), [], ""),
    "final failed": (outcome(trial(1, evaluation(), CRASH), best=1), [], DIFF),
    "no pictures": (MET, [], ""),
    "long": (LONG, [pair("very " * 2000), pair("x" * 3000)], "+" + "y" * 4000),
    "hostile": (
        outcome(
            trial(1, OutOfMemory(message=HOSTILE, evidence=HOSTILE, stage="load"), why=HOSTILE),
            trial(2, evaluation(9.0, 0.9, 3.0), why=HOSTILE),
            best=2,
            limit=HOSTILE,
            environment=ENVIRONMENT.model_copy(
                update={
                    "models": "hub",
                    "device": Device(kind="cuda", name=HOSTILE, memory_mb=80_000),
                    "scorer": HOSTILE,
                }
            ),
        ),
        [PicturePair(PromptScore(prompt=HOSTILE, seed=1, clip_before=0, clip_after=0, drift=0), b"no picture", b"")],
        f"+{HOSTILE}\n-{HOSTILE}",
    ),
}


class _Page(HTMLParser):
    """Reads a page as a browser would, and notes what does not close or looks outward."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.wrong: list[str] = []
        self.seen: set[str] = set()
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        self.seen.add(tag)
        named = [v or "" for k, v in attrs if k in ("src", "href", "srcset")]
        outward = [v for v in named if not v.startswith(("data:", "#")) and v != "trace.html"]
        self.wrong += outward + [k for k, _ in attrs if k.startswith("on")]
        self.wrong += ["img without alt"] if tag == "img" and not dict(attrs).get("alt") else []
        if tag not in ("meta", "img", "source", "br", "link"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.wrong.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def read(path: Path) -> _Page:
    page = _Page()
    page.feed(path.read_text(encoding="utf-8"))
    page.close()
    return page


@pytest.fixture(scope="module", params=SHAPES)
def report(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    made, pairs, diff = SHAPES[request.param]
    return write(tmp_path_factory.mktemp("run") / "report", made, pairs, diff, "print('the source')\n")


def test_all_files_are_written_whole(report: Path) -> None:
    names = {"outcome.json", "changes.diff", "pareto.png", "contact_sheet.png", "report.html"}
    names |= {"trace.html", "trace.jsonl"}
    assert {p.name for p in report.parent.iterdir()} == names


def test_the_outcome_reads_back(report: Path) -> None:
    assert Outcome.model_validate_json((report.parent / "outcome.json").read_bytes()) in [
        m for m, _, _ in SHAPES.values()
    ]


def test_the_page_is_well_formed_and_stands_alone(report: Path) -> None:
    page = read(report)
    assert (page.wrong, page.open) == ([], [])
    assert page.seen >= {"html", "head", "title", "style", "body", "main", "h1", "table", "footer"}
    assert "script" not in page.seen
    assert not re.search(r"https?://|url\(|@import", report.read_text(encoding="utf-8"))


def test_no_control_character_reaches_the_page(report: Path) -> None:
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", report.read_text(encoding="utf-8"))


def test_pictures_have_readable_sizes(report: Path) -> None:
    with Image.open(report.parent / "pareto.png") as chart, Image.open(report.parent / "contact_sheet.png") as sheet:
        assert chart.size == (1000, 1180)
        assert 480 <= sheet.width <= 2000
    assert (report.parent / "contact_sheet.png").stat().st_size <= 1_500_000


def test_hostile_words_are_quoted(tmp_path: Path) -> None:
    page = write(tmp_path, *SHAPES["hostile"], source=HOSTILE)
    words = page.read_text(encoding="utf-8")
    assert "&lt;script&gt;alert(1)&lt;/script&gt;red evil" in words
    assert "<script" not in words
    assert "{{ 7 * 7 }}" in words
    assert "[U+202E]evil" in words  # in code, hidden characters are shown, not dropped


def test_the_page_names_what_was_measured_on(tmp_path: Path) -> None:
    words = " ".join(read(write(tmp_path, *SHAPES["met"], source="")).words)
    assert "Zoo numbers say nothing about hub models" in words
    assert summary.claim(MET) in words
    assert summary.conditions(MET) in words


def test_a_failed_write_leaves_the_old_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = write(tmp_path, *SHAPES["nothing tried"], source="")
    before = page.read_bytes()

    def full(path: Path, content: bytes) -> int:
        raise OSError("disk full")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(OSError, match="disk full"):
        write(tmp_path, *SHAPES["met"], source="")
    assert page.read_bytes() == before


def test_a_report_stands_while_nothing_new_is_measured(tmp_path: Path) -> None:
    won = trial(1, evaluation(), evaluation(protocol="final"))
    won = won.model_copy(update={"candidate": Candidate(plan=Plan(), code="print()\n")})
    measured = outcome(won, winner=1)
    again = measured.model_copy(update={"measured": 0, "seconds": 0.9})
    assert standing(tmp_path, again, DIFF, "1.0") is None, "there is none"
    claimed = manifest_of(measured, "print()\n", Start(), [pair()], "1.0")
    page = write(tmp_path, measured, [pair()], DIFF, "print()\n", (), claimed)
    assert standing(tmp_path, again, DIFF, "1.0") == page
    others = {
        "measured now": standing(tmp_path, measured, DIFF, "1.0"),
        "another diff": standing(tmp_path, again, DIFF + "+x\n", "1.0"),
        "another version": standing(tmp_path, again, DIFF, "1.1"),
        "another target": standing(tmp_path, again.model_copy(update={"target": Target(speedup=3.0)}), DIFF, "1.0"),
    }
    assert set(others.values()) == {None}, others
    (tmp_path / "contact_sheet.png").unlink()
    assert standing(tmp_path, again, DIFF, "1.0") is None


def test_many_large_pictures_make_a_small_sheet(tmp_path: Path) -> None:
    noise = Image.effect_noise((512, 512), 90).convert("RGB")
    out = io.BytesIO()
    noise.save(out, "PNG")
    score = PromptScore(prompt="noise", seed=1, clip_before=20, clip_after=19, drift=0.1)
    write(tmp_path, MET, [PicturePair(score, out.getvalue(), out.getvalue())] * (SHOWN + 6), "", "")
    assert (tmp_path / "contact_sheet.png").stat().st_size <= 1_500_000
    assert f"{SHOWN} of {SHOWN + 6} shown" in " ".join(read(tmp_path / "report.html").words)


def test_headline_of_a_winner() -> None:
    assert summary.headline(MET) == (
        "2.31x faster (95% 2.27-2.36, 12 pairs), quality loss 0.4% ± 0.3 (20 prompts), drift 0.12"
        " · tiny zoo models v2 on AMD EPYC (cpu, 2 threads), final protocol"
    )


def test_headline_of_a_miss_says_why() -> None:
    assert summary.headline(MISSED) == (
        "Target 4x (quality loss at most 5%, drift at most 0.35) not met:"
        " best 3.10x faster (95% 3.06-3.15, 12 pairs), quality loss 6.1% ± 0.3 (20 prompts), drift 0.40"
        " · tiny zoo models v2 on AMD EPYC (cpu, 2 threads), quick protocol."
        " What stands in the way: Four steps are too few."
    )


def test_headline_without_numbers_still_names_the_baseline() -> None:
    said = summary.headline(outcome(stopped="interrupted", target=Target(latency_s=0.3, max_drift=None)))
    assert said == (
        "Target 300 ms an image (quality loss at most 5%) not met: no candidate was measured;"
        " the script takes 1.23 s an image (95% 1.20 s-1.26 s, 6 samples)"
        " · tiny zoo models v2 on AMD EPYC (cpu, 2 threads). The search stopped: interrupted."
    )
    assert "no candidate succeeded (1 failed)" in summary.claim(outcome(trial(1, CRASH)))
    assert "no candidate was better than the script as it is (1 tried)" in summary.claim(
        outcome(trial(1, evaluation(0.9)))
    )


def test_nothing_faster_is_not_called_best() -> None:
    said = summary.claim(outcome(trial(1, evaluation(0.97)), best=1))
    assert "not met: nothing is faster than the script as it is; nearest 0.97x the speed" in said


def test_seconds_are_said_where_seconds_were_asked_for() -> None:
    said = summary.claim(outcome(trial(1, evaluation(2.0)), best=1, target=Target(latency_s=0.3)))
    assert re.search(r"best [\d.]+ m?s an image, [\d.]+ m?s before: 2.00x faster", said)


def test_few_prompts_drawn_with_many_seeds_are_not_many_prompts() -> None:
    assert summary.pictures_of(["a fox"] * 24 + ["a cat"] * 24, 48) == "48 pictures of 2 prompts"
    assert summary.pictures_of([], 48) == summary.pictures_of([str(n) for n in range(48)], 48) == "48 prompts"


def test_limit_is_silent_where_the_target_was_met() -> None:
    assert summary.limit_sentence(MET) == ""


def test_rows_say_what_became_of_each_candidate() -> None:
    crashed, poor, won = summary.candidates_table(MET)
    assert (crashed.verdict, crashed.reason, crashed.speedup) == ("crashed", "The pipeline raised.", "")
    assert (poor.verdict, poor.cached) == ("too slow, loses too much, drifts too far", True)
    assert (won.mark, won.verdict, won.protocol) == ("winner", "meets the target", "final")
    assert (won.speedup, won.loss, won.drift) == ("2.31x (2.27-2.36)", "0.4% ± 0.3", "0.12")
    assert won.quick == "quick: 2.31x, loss 0.4% ± 0.3, drift 0.12"
    assert won.plan == "sampler(name=dpmpp_2m, steps=20)"


def test_a_point_estimate_is_not_enough() -> None:
    close = evaluation(2.01, protocol="final")
    assert summary.judged(close, Target(speedup=2.0)) == "meets it, but its interval does not"
    assert summary.judged(evaluation(2.5), Target(speedup=2.0)) == "meets the target, quick only"


def test_a_final_failure_counts() -> None:
    made = SHAPES["final failed"][0]
    (row,) = summary.candidates_table(made)
    assert (row.verdict, row.speedup, row.good) == ("crashed, under final", "", False)
    assert row.quick.startswith("quick: 2.31x")


def test_failures_are_counted() -> None:
    assert summary.failures_sentence(MET) == "2 of 3 candidates evaluated, 1 failed (1 crashed)"
    assert summary.effort_sentence(MET) == (
        "3 candidates in 3 min 12 s: 3 evaluations measured now, 1 candidate from the store. Stopped: target met."
    )


def test_worst_pairs_come_first() -> None:
    pairs = [pair("fine", 24.0, 0.9), pair("far", 22.0, 0.8), pair("near", 22.0, 0.1)]
    assert [p.score.prompt for p in worst_first(pairs)] == ["far", "near", "fine"]
    assert len(worst_first(pairs * 20)) == SHOWN


def test_bars_share_one_scale() -> None:
    before, after = bars(BASELINE, evaluation())
    assert sum(p.share for p in before.parts) == pytest.approx(100)
    assert sum(p.share for p in after.parts) == pytest.approx(100 * 0.52 / 1.22)
    assert before.denoiser == "50 calls × 22 ms"


def test_break_even() -> None:
    assert break_even(BASELINE, evaluation()) == "from the first image"
    assert break_even(BASELINE, evaluation(0.9)) == "never"
    assert break_even(BASELINE, evaluation().model_copy(update={"break_even_images": 12})) == "after 12 images"


def test_diff_lines_have_kinds() -> None:
    assert [kind for kind, _ in diff_lines(DIFF)] == ["file", "file", "hunk", "same", "removed", "added"]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (text.seconds(0.0031), "3.1 ms"),
        (text.seconds(0.35), "350 ms"),
        (text.seconds(1.234), "1.23 s"),
        (text.seconds(45.11), "45.1 s"),
        (text.seconds(192), "3 min 12 s"),
        (text.seconds(7500), "2 h 05 min"),
        (text.seconds(float("nan")), "unknown"),
        (text.percent(-0.0001), "0.0%"),
        (text.percent(0.0042), "0.4%"),
        (text.times(2.306), "2.31x"),
        (text.megabytes(812), "812 MB"),
        (text.megabytes(3100), "3.1 GB"),
        (text.clean("a\x1b[1;31mb\x1b[0m\tc\n\u202ed"), "ab\tc\nd"),
        (text.clean("\x1b]8;;file:x\x1b\\link"), "link"),
        (text.reveal("a\u202eb\x1b"), "a[U+202E]b[U+001B]"),
        (text.one_line("a\n b  c" * 3, 8), "a b ca…"),
        (text.counted(1, "pair"), "1 pair"),
    ],
)
def test_numbers_and_text(said: str, expected: str) -> None:
    assert said == expected


@pytest.mark.parametrize("module", ["write", "summary"])
def test_importing_is_light(module: str) -> None:
    code = f"import sys, diffagent_mcp.tools.report.{module}; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"torch", "matplotlib", "PIL", "diffusers"} & set(loaded)
