"""Calibration on made-up landscapes: every number in here is invented."""

import itertools
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from factories import LIBRARIES, plan, situation, step
from made_up_landscapes import MENU, ground, landscape, made_up
from made_up_runs import ENVIRONMENT, judged, relative, task

from diffagent_mcp.bench.calibration import (
    Journal,
    Landscape,
    calibrate,
    calibrated_of,
    calibration_page,
    exported,
    imported,
    improved,
    labels,
)
from diffagent_mcp.bench.calibration.landscape import parsed, recorded
from diffagent_mcp.bench.calibration.proposals import START, chosen, next_plan, random_plans, usable
from diffagent_mcp.bench.scores import Case
from diffagent_mcp.knowledge import rules
from diffagent_mcp.knowledge.types import Evaluation, Plan, Verdict
from diffagent_mcp.tools.errors import UsageError

HERE = Path(__file__).parents[1]


def only(folder: Path, *rows: tuple[float, float], trials: int = 50) -> Landscape:
    """A landscape with these speedups and losses."""
    from factories import evaluation

    found = [
        recorded(n, plan(step("sampler", name="keep", steps=n)), evaluation(s, loss, 0.1), 1.0)
        for n, (s, loss) in enumerate(rows, 4)
    ]
    return Landscape(ground=ground(trials=trials), trials=tuple(found))


def test_targets_follow_the_papers_recipe(tmp_path: Path) -> None:
    it = calibrated_of(only(tmp_path, (2.0, 0.01), (3.0, 0.049), (5.0, 0.051), (1.2, -0.01)))
    assert (it.medium, it.best) == (3.0, 3.0)
    assert [it.speedup(d) for d in ("easy", "medium", "hard")] == pytest.approx([2.4, 3.0, 3.6])
    assert (it.trials, it.samples, it.environment) == (4, 36, ENVIRONMENT.fingerprint())
    assert it.witness == "sampler(name=keep, steps=5)"
    assert not it.feasible("hard")


def test_extra_trials_move_no_target_but_may_be_witnesses(tmp_path: Path) -> None:
    one = only(tmp_path, (2.0, 0.01), (1.5, 0.0), (2.6, 0.02), trials=2)
    it = calibrated_of(one)
    assert (it.medium, it.best, it.trials) == (2.0, 2.6, 2)
    hard = labels(one)[-1]
    assert hard.feasible
    assert hard.firm
    assert hard.sentence() == "feasible: 2.60x by sampler(name=keep, steps=6)"


def test_a_hard_target_without_a_witness_says_how_far_was_looked(tmp_path: Path) -> None:
    easy, medium, hard = labels(only(tmp_path, (2.0, 0.01)))
    assert easy.feasible
    assert medium.sentence().startswith("feasible, within the noise")
    assert hard.sentence() == "not found within 1 trials"


def test_a_bound_on_drift_may_take_a_witness_away(tmp_path: Path) -> None:
    one = only(tmp_path, (2.0, 0.01))
    assert labels(one, max_drift=0.2)[0].feasible
    assert not labels(one, max_drift=0.05)[0].feasible


def test_a_baseline_that_nothing_makes_faster_keeps_the_floor(tmp_path: Path) -> None:
    it = calibrated_of(only(tmp_path, (3.0, 0.5)))
    assert (it.medium, it.witness) == (1.0, None)
    assert it.speedup("hard") == pytest.approx(1.2)
    assert it.speedup("easy") == 1.05


def test_later_runs_raise_what_is_known_to_be_possible(tmp_path: Path) -> None:
    it = calibrated_of(only(tmp_path, (2.0, 0.01)))
    hard = task(4, 0, "hard")
    case = Case(hard, judged(hard, relative=relative(2.5, 2.4)))
    assert improved(it, [case], ENVIRONMENT.fingerprint()).feasible("hard")
    assert improved(it, [case], "elsewhere") == it


def test_the_search_tries_valid_plans_of_the_menu_once(tmp_path: Path) -> None:
    one = landscape(tmp_path, trials=40)
    plans = [t.plan for t in one.trials]
    assert len(plans) == len(set(plans)) == 40
    assert all(rules.is_valid(p, one.ground.situation) for p in plans)
    assert {s.method for p in plans for s in p.steps} <= set(MENU)


def test_the_search_learns(tmp_path: Path) -> None:
    """After its random start it tries better plans than chance does: twice as many hold the bound at 2x."""

    def good(verdicts: list[Verdict]) -> float:
        held = [isinstance(v, Evaluation) and v.loss <= 0.05 and v.speedup >= 2 for v in verdicts]
        return sum(held) / len(held)

    learnt: list[Verdict] = []
    lucky: list[Verdict] = []
    for n in range(3):
        one = landscape(tmp_path, f"B{n + 1:02}", trials=30)
        learnt += [t.verdict(one.ground) for t in one.trials[START:]]
        draws = random_plans(usable(MENU, one.ground.situation), one.ground.situation, random.Random(n))
        lucky += [made_up(p, one.ground.baseline) for p in itertools.islice(draws, 60)]
    assert good(learnt) > 2 * good(lucky) > 0


def test_a_small_space_ends() -> None:
    here = situation(libraries=LIBRARIES)
    tried: list[tuple[Plan, float]] = []
    while (found := next_plan(tried, ["fused_qkv"], here, random.Random(len(tried)))) is not None:
        tried.append((found, 1.0))
    assert len(tried) == 1
    assert next_plan([], [], here, random.Random(0)) is None


def test_the_estimator_prefers_what_was_good() -> None:
    def at(steps: int) -> Plan:
        return plan(step("sampler", name="keep", steps=steps))

    tried = [(at(n), float(20 - abs(n - 20))) for n in range(4, 50, 3)]
    assert chosen(tried, [at(5), at(20), at(48)]) == at(20)
    assert chosen(tried, []) is None


def test_a_landscape_comes_back_as_it_went(tmp_path: Path) -> None:
    one = landscape(tmp_path, "B07", trials=30)
    assert {t.failure is None for t in one.trials} == {True, False}
    assert exported([one], tmp_path / "out") == [tmp_path / "out/B07.jsonl"]
    (back,) = imported(tmp_path / "out")
    assert back == one == Journal(tmp_path / "B07.jsonl").read()
    assert (tmp_path / "out/B07.jsonl").stat().st_size < 30 * 1000 + 5000


def test_an_empty_folder_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no landscapes"):
        imported(tmp_path)


def test_an_interrupted_search_goes_on_as_if_nothing_had_happened(tmp_path: Path) -> None:
    whole = landscape(tmp_path / "a", trials=25)
    landscape(tmp_path / "b", trials=9)
    resumed = landscape(tmp_path / "b", trials=25)
    assert [t.plan for t in resumed.trials] == [t.plan for t in whole.trials]
    assert [t.plan.sentence() for t in resumed.trials] == [t.plan.sentence() for t in whole.trials]


def test_a_half_written_line_costs_one_trial(tmp_path: Path) -> None:
    landscape(tmp_path, trials=10)
    path = tmp_path / "B01.jsonl"
    path.write_bytes(path.read_bytes()[:-40])
    kept = Journal(path).read()
    assert kept is not None and len(kept.trials) == 9
    again = landscape(tmp_path, trials=12)
    assert [t.number for t in again.trials] == list(range(1, 13))
    assert Journal(path).read() == again.model_copy(update={"ground": kept.ground})


def test_a_file_killed_at_its_first_line_starts_anew(tmp_path: Path) -> None:
    path = tmp_path / "B01.jsonl"
    path.write_text('{"baseline": "B0', encoding="utf-8")
    assert len(landscape(tmp_path, trials=3).trials) == 3


def test_other_conditions_do_not_mix(tmp_path: Path) -> None:
    landscape(tmp_path, trials=3)
    with pytest.raises(UsageError, match="other conditions"):
        landscape(tmp_path, trials=3, seed=1)
    with pytest.raises(UsageError, match="other conditions"):
        landscape(tmp_path, trials=3, samples=12)


def test_two_lines_with_one_number_are_one_trial(tmp_path: Path) -> None:
    landscape(tmp_path, trials=3)
    text = (tmp_path / "B01.jsonl").read_text(encoding="utf-8")
    twice = parsed(text + text.split("\n")[2] + "\n")
    assert twice is not None and len(twice.trials) == 3


def test_a_killed_search_loses_at_most_the_trial_it_was_at(tmp_path: Path) -> None:
    rng, path, trials = random.Random(7), tmp_path / "B01.jsonl", 30
    command = [sys.executable, str(HERE / "made_up_landscapes.py"), str(path), str(trials)]
    lost = 0
    for _ in range(3):
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=HERE)
        assert process.stdout is not None
        said = [process.stdout.readline() for _ in range(rng.randrange(2, 6))]
        time.sleep(rng.random() * 0.04)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        kept = Journal(path).read()
        assert kept is not None
        announced = int(said[-1].split("trial ")[1].split(" ")[0])
        lost += len(kept.trials) < announced
    assert lost == 0
    subprocess.run(command, check=True, capture_output=True, cwd=HERE, timeout=120)
    whole = landscape(tmp_path / "undisturbed", trials=trials)
    kept = Journal(path).read()
    assert kept is not None
    # The undisturbed search salts its made-up numbers otherwise; its own plans are compared in the test of resuming.
    assert [t.number for t in kept.trials] == [t.number for t in whole.trials]
    assert len({t.plan for t in kept.trials}) == trials


def test_progress_says_what_was_found_and_how_long_it_takes(tmp_path: Path) -> None:
    said: list[str] = []
    ticking = iter(range(0, 10_000, 30))
    calibrate(ground(trials=3), Journal(tmp_path / "x.jsonl"), made_up, lambda: float(next(ticking)), said.append)
    assert said[0].startswith("B01: trial 1 of 3, ")
    assert said[1].endswith("about 30.0 s left")


def test_the_page_of_targets_is_made_from_the_landscapes(tmp_path: Path) -> None:
    every = [landscape(tmp_path, f"B0{n}", trials=20, extra=10) for n in (1, 2)]
    page = calibration_page(every, "diffagent-mcp bench calibrate")
    assert page == calibration_page(every, "diffagent-mcp bench calibrate")
    assert "tiny zoo models v0 made up" in page
    assert "20 trials and 10 more, 36 prompts and 4 timed pairs each" in page
    assert page.count("| B01 |") == 2
