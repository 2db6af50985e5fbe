"""Scores of made-up runs: every number in here is invented."""

import random

import pytest
from made_up_runs import failed, judged, relative, run, task, tasks, verdicts

from diffagent_mcp.bench.scores import cases, compare, mcnemar, mean_of, score, wilson
from diffagent_mcp.knowledge.types import Submission


# Wilson's interval as R's binom.confint(method = "wilson") prints it.
@pytest.mark.parametrize(
    ("passed", "total", "low", "high"),
    [(8, 10, 0.4901625, 0.9433178), (0, 10, 0.0, 0.2775328), (10, 10, 0.7224672, 1.0), (398, 418, 0.9272, 0.9688)],
)
def test_wilson(passed: int, total: int, low: float, high: float) -> None:
    found = wilson(passed, total)
    assert (found.low, found.high) == pytest.approx((low, high), abs=1e-4)


def test_wilson_of_nothing_is_everything() -> None:
    assert (wilson(0, 0).low, wilson(0, 0).high) == (0.0, 1.0)


# As R's binom.test(k, n, 0.5) prints it.
@pytest.mark.parametrize(("a", "b", "p"), [(0, 0, 1.0), (5, 5, 1.0), (1, 9, 0.02148), (0, 6, 0.03125), (2, 0, 0.5)])
def test_mcnemar_is_exact(a: int, b: int, p: float) -> None:
    assert mcnemar(a, b) == mcnemar(b, a) == pytest.approx(p, abs=1e-5)


def test_a_mean_draws_whole_baselines() -> None:
    """Six tasks of two baselines say little more than two numbers."""
    apart = mean_of({str(n): [float(n < 3)] for n in range(6)}, random.Random(0))
    together = mean_of({"a": [1.0] * 3, "b": [0.0] * 3}, random.Random(0))
    assert apart is not None and together is not None
    assert apart.value == together.value == 0.5
    assert (together.interval.low, together.interval.high) == (0.0, 1.0)
    assert apart.interval.low > 0.0


def test_pass_rates_add_up() -> None:
    every = tasks()
    said = score(run(every), every, verdicts(every))
    assert said.done == said.planned == len(every) == said.overall.total
    assert sum(g.rate.total for g in said.levels) == sum(g.rate.total for g in said.pipelines) == said.done
    failures = sum(f.total for f in said.failures)
    assert failures == said.done - said.overall.passed
    assert sum(sum(f.levels.values()) for f in said.failures) == failures


def test_an_unfinished_run_is_scored_over_what_was_judged() -> None:
    every = tasks()
    said = score(run(every), every, [judged(every[0]), failed(every[1], "compile error", random.Random(0))])
    assert (said.done, said.planned, said.overall.passed) == (2, len(every), 1)
    assert score(run(every), every, []).overall.share is None


def test_a_task_judged_twice_counts_once() -> None:
    one = task()
    assert score(run([one]), [one], [judged(one), judged(one)]).done == 1


def test_s_a_counts_hard_tasks_alone_and_nothing_for_broken_pictures() -> None:
    every = [task(4, 0, "hard"), task(4, 1, "hard"), task(5, 2, "hard"), task(5, 3, "easy"), task(3, 4)]
    said = score(
        run(every),
        every,
        [
            judged(every[0], relative=relative(3.0, 2.0)),  # 1.5 times what was asked counts as 1
            judged(every[1], "relative quality", relative=relative(4.0, 2.0, loss=0.2)),
            judged(every[2], "relative speed", relative=relative(1.5, 2.0)),
            judged(every[3], "relative speed", relative=relative(1.1, 2.0)),
            judged(every[4]),
        ],
    )
    assert said.achieved is not None and said.achieved_anyhow is not None and said.achieved_l4 is not None
    assert said.achieved.value == pytest.approx((1 + 0 + 0.75) / 3)
    assert said.achieved_anyhow.value == pytest.approx((1 + 1 + 0.75) / 3)
    assert said.achieved_l4.value == pytest.approx(0.5)
    assert said.achieved.count == 3


def test_s_a_of_a_run_without_hard_tasks_is_absent() -> None:
    one = task(3)
    assert score(run([one]), [one], [judged(one)]).achieved is None


def test_fast_p_falls_and_counts_quality_first() -> None:
    every = [task(4, n, "easy") for n in range(4)]
    said = score(
        run(every),
        every,
        [
            judged(every[0], relative=relative(2.0)),
            judged(every[1], "relative speed", relative=relative(1.5)),
            judged(every[2], "relative quality", relative=relative(9.0, loss=0.5)),
            judged(every[3], "compile error", relative=None),
        ],
    )
    shares = {f.p: f.rate.passed for f in said.fast}
    assert (shares[1.0], shares[1.5], shares[1.55], shares[2.0], shares[2.05]) == (2, 2, 1, 1, 0)
    passed = [f.rate.passed for f in said.fast]
    assert passed == sorted(passed, reverse=True)


def test_methods_are_those_that_were_asked_for() -> None:
    three, four = task(3, 1), task(4, 1, "easy")
    found = cases(run([three, four]), [three, four], [judged(three), judged(four)])
    assert found[0].methods == ("DPM-Solver", "DeepCache", "ToMe, token merging")
    assert found[1].methods == ()


def test_held_out_phrasings_stand_apart() -> None:
    every = [task(1, 0, held_out=False), task(1, 1, held_out=True)]
    said = score(run(every), every, [judged(every[0]), failed(every[1], "compile error", random.Random(0))])
    rates = {g.name: g.rate.passed for g in said.phrasings}
    assert (rates["all, development"], rates["all, held out"]) == (1, 0)


def test_totals_are_sums() -> None:
    every = tasks()[:3]
    handed = Submission(code="x", evaluations=7, tokens=10, requests=2, cost_usd=0.5, seconds=3.0)
    said = score(run(every), every, [judged(t, submission=handed) for t in every]).totals
    assert (said.evaluations, said.tokens, said.requests, said.cost_usd) == (21, 30, 6, 1.5)
    assert (said.solving_s, said.seconds) == (9.0, 27.0)


def test_two_runs_are_compared_task_by_task() -> None:
    every = tasks()
    rng = random.Random(0)
    weak = [failed(t, "compile error", rng) if n < 10 else judged(t) for n, t in enumerate(every)]
    strong = [failed(t, "compile error", rng) if n == 20 else judged(t) for n, t in enumerate(every)]
    said = compare((run(every, "a"), weak), (run(every, "b"), strong[:50]), every)
    assert said.tasks == 50
    assert (len(said.won), said.lost) == (10, (every[20].id,))
    assert said.overall.p == pytest.approx(mcnemar(1, 10))
    assert said.overall.difference == pytest.approx(9 / 50)
    assert said.overall.interval.low > 0
    assert any("different tasks" in s for s in said.unlike) is False


def test_a_run_against_itself_is_no_difference() -> None:
    every = tasks()
    said = compare((run(every), verdicts(every)), (run(every), verdicts(every)), every)
    assert (said.overall.difference, said.overall.p, said.won, said.lost, said.unlike) == (0.0, 1.0, (), (), ())


def test_what_runs_do_not_share_is_said() -> None:
    every = tasks()
    other = run(every[:5], "b", evaluations=3, max_drift=0.35, dataset="1" * 32)
    said = compare((run(every), verdicts(every)), (other, verdicts(every[:5])), every).unlike
    assert len(said) == 4
    assert any("3 evaluations" in s for s in said)
