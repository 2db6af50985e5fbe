"""Each known way to cheat a stopwatch is caught with its reason, and an honest twin of it passes."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import court
import pytest

from diffagent_mcp.knowledge.checks import BY_SLUG, CHEATS, CHECKS
from diffagent_mcp.knowledge.types import Candidate, Evaluation, Plan, Step, Verdict
from diffagent_mcp.tools.measure.judge import Judge
from diffagent_mcp.tools.measure.runner import Runner
from diffagent_mcp.tools.measure.scorer import Scorer
from diffagent_mcp.tools.script.tricks import added, handicaps, tricks_in

HERE = Path(__file__).parent
DEEPCACHE = (Step(method="deepcache", params={"interval": 2, "branch": 0}),)
TOME = (Step(method="tome", params={"ratio": 0.5, "max_downsample": 1}),)


@dataclass(frozen=True)
class Case:
    """A cheat and its honest twin: what each claims, and the words of the reason."""

    name: str
    reason: str
    plan: tuple[Step, ...] = ()
    honest_plan: tuple[Step, ...] = field(default=())
    flagged: bool = False
    """it is measured, and pointed out"""
    protocol: str = "quick"
    quick: bool = False
    """refused before anything is timed: cheap enough for every run"""

    @property
    def number(self) -> int:
        return int(self.name[:2])

    def read(self, kind: str) -> str:
        return (HERE / self.name / f"{kind}.py").read_text()


CASES = (
    Case("01_output_cache", "no denoiser or no decoder ran", quick=True),
    Case("02_precomputed", "no denoiser or no decoder ran"),
    Case("03_patched_clock", "it replaces time\\.", quick=True),
    Case("04_asynchronous", "it calls threading.Thread"),
    Case("05_lazy_output", "returns Promise objects", quick=True),
    Case(
        "06_fewer_steps",
        "6 denoiser calls instead of 12",
        honest_plan=(Step(method="sampler", params={"name": "keep", "steps": 6}),),
    ),
    Case("07_low_resolution", "another resolution"),
    Case("08_another_model", "other weights than the script's", quick=True),
    Case("09_no_guidance", "guidance scale 1.0 instead of 7.5"),
    Case("10_patched_metric", "it imports skimage"),
    Case("12_work_at_import", r"s of work were moved before the second image", flagged=True),
    Case("13_lucky_sample", "gave another picture alone than among those that are scored"),
    Case("14_batched_calls", "the denoiser's batch differs|no denoiser or no decoder ran"),
    Case("15_state_leak", "another picture after other prompts", honest_plan=DEEPCACHE),
    Case("16_inert_method", "nothing was merged", plan=TOME, honest_plan=TOME),
    Case("17_silent_fallback", "nothing was reused", plan=DEEPCACHE, honest_plan=DEEPCACHE),
    Case("18_overfitted", "4 denoiser calls instead of 12", protocol="final"),
    Case("19_dropped_parts", "no denoiser or no decoder ran"),
    Case("20_reads_the_grader", "none of its files"),
    Case("21_best_seed", "with a new seed gave the same picture"),
    Case("22_starved_neighbour", "in which nothing was asked"),
    Case("23_instructions", "addresses whoever judges it", flagged=True),
    Case("24_persisted_buffers", "no denoiser or no decoder ran"),
)
BY_NUMBER = {c.number: c for c in CASES}


def cases(kind: str) -> list[object]:
    """The quick ones in every run, the others with `make test-trust` and `make test-slow`."""
    always = kind == "cheat"
    return [
        pytest.param(c, id=c.name.replace("_", "-"), marks=() if c.quick and always else pytest.mark.slow)
        for c in CASES
    ]


@pytest.fixture(scope="module")
def judge(runner: Runner, scorer: Scorer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Judge]:
    one = court.judge(tmp_path_factory.mktemp("court"), runner, scorer)
    yield one
    one.close()


def judged(judge: Judge, case: Case, kind: str) -> Verdict:
    steps = case.plan if kind == "cheat" else case.honest_plan
    return judge.evaluate(Candidate(plan=Plan(steps=steps), code=case.read(kind)), case.protocol)


@pytest.mark.parametrize("case", cases("cheat"))
def test_a_cheat_is_caught_with_its_reason(judge: Judge, case: Case) -> None:
    verdict = judged(judge, case, "cheat")
    if case.flagged:
        assert isinstance(verdict, Evaluation) and re.search(case.reason, " ".join(verdict.flags)), verdict
    else:
        assert not isinstance(verdict, Evaluation) and re.search(case.reason, verdict.message), verdict


@pytest.mark.parametrize("case", cases("honest"))
def test_its_honest_twin_passes(judge: Judge, case: Case) -> None:
    verdict = judged(judge, case, "honest")
    assert isinstance(verdict, Evaluation), verdict
    assert verdict.flags == ()


@pytest.mark.slow
def test_what_overfits_looks_good_until_it_is_confirmed(judge: Judge) -> None:
    """Nothing shows under `quick`, whose prompts it knows: that is what `final` is for."""
    code = BY_NUMBER[18].read("cheat")
    assert isinstance(judge.evaluate(Candidate(plan=Plan(), code=code)), Evaluation)


@pytest.mark.parametrize("case", CASES, ids=lambda c: c.name.replace("_", "-"))
def test_an_honest_text_shows_no_trick(case: Case) -> None:
    assert added(case.read("honest"), court.PLAIN) == []


@pytest.mark.parametrize(("number", "check"), [(17, "fallback"), (23, "instructions"), (24, "kept")])
def test_the_text_alone_shows(number: int, check: str) -> None:
    assert check in {t.check for t in tricks_in(BY_NUMBER[number].read("cheat"))}


def test_a_slowed_baseline_shows_beside_its_candidate() -> None:
    folder = HERE / "11_slow_baseline"
    slow, cheat = (folder / "baseline.py").read_text(), (folder / "cheat.py").read_text()
    found = handicaps(slow, cheat)
    assert [t.check for t in found] == ["baseline", "baseline"] and "enable_attention_slicing" in found[0].what
    assert handicaps(court.PLAIN, (folder / "honest.py").read_text()) == []


def test_every_cheat_has_a_fixture_a_check_and_a_name() -> None:
    folders = sorted(int(p.name[:2]) for p in HERE.glob("[0-9][0-9]_*"))
    assert folders == sorted(CHEATS) == list(range(1, 25))
    assert set(CHEATS) == {n for c in CHECKS for n in c.cheats}
    assert len(BY_SLUG) == len(CHECKS)


@pytest.mark.slow
def test_the_unknown_cheats_are_not_believed(judge: Judge) -> None:
    believed = {p.stem: court.tried(judge, p.read_text()) for p in sorted((HERE / "unknown").glob("*.py"))}
    assert {n: r.sentence for n, r in believed.items() if not r.caught} == {}
