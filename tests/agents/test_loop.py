"""The whole loop on a scripted judge: what it measures, when it stops, what it says."""

import itertools
from collections.abc import Callable

from factories import evaluation, situation

from diffagent_mcp.agents.llm.team import Chats, team
from diffagent_mcp.agents.loop import Loop, confirmed, limit_sentence
from diffagent_mcp.agents.team import OfflinePlanner, Team
from diffagent_mcp.knowledge.expect import expect
from diffagent_mcp.knowledge.rules import usable
from diffagent_mcp.knowledge.types import (
    Budget,
    Candidate,
    Crashed,
    EditRefused,
    Evaluation,
    Interval,
    NotProven,
    Plan,
    Search,
    Target,
    Verdict,
)

HERE = situation()


def plan_of(candidate: Candidate) -> Plan:
    """The loop writes every candidate from a plan."""
    assert candidate.plan is not None
    return candidate.plan


class ScriptedJudge:
    """Answers from a function; remembers what it was asked."""

    def __init__(
        self, answer: Callable[[Plan, str], Verdict], kept: dict[tuple[Plan, str], Verdict] | None = None
    ) -> None:
        self.answer = answer
        self.kept = kept if kept is not None else {}
        self.asked: list[tuple[Plan, str]] = []

    def known(self, candidate: Candidate, protocol: str = "quick") -> Verdict | None:
        return self.kept.get((plan_of(candidate), protocol))

    def evaluate(self, candidate: Candidate, protocol: str = "quick") -> Verdict:
        plan = plan_of(candidate)
        self.asked.append((plan, protocol))
        verdict = self.kept[plan, protocol] = self.answer(plan, protocol)
        return verdict


def as_expected(of: Plan, protocol: str) -> Evaluation:
    e = expect(of, HERE)
    return evaluation(e.speedup, e.loss, min(1.0, e.drift), protocol=protocol)


def write(plan: Plan) -> Candidate | EditRefused:
    return Candidate(plan=plan, code=plan.sentence())


def loop(judge: ScriptedJudge, speedup: float = 2.0, budget: Budget | None = None, **search: int | bool) -> Loop:
    ticks = itertools.count()
    wanted, target = Search(**search), Target(speedup=speedup)  # type: ignore[arg-type]
    return Loop(
        judge=judge,
        agents=team(OfflinePlanner(HERE, target, wanted, usable(HERE)), write, Chats(), "", "script.py"),
        target=target,
        budget=budget or Budget(),
        clock=lambda: float(next(ticks)),
        seed=wanted.seed,
        stop_at_first=wanted.stop_at_first,
    )


def test_it_stops_at_the_first_candidate_that_is_confirmed() -> None:
    judge = ScriptedJudge(as_expected)
    one = loop(judge)
    events = list(one.run())
    assert one.stopped == "target met" and one.winner == one.trials[-1].number
    assert [p for _, p in judge.asked].count("final") == 1
    assert events[-1].stage == "confirm" and "confirmed" in events[-1].sentence


def test_the_same_run_again_is_served_and_measures_nothing() -> None:
    first = ScriptedJudge(as_expected)
    one = loop(first)
    list(one.run())
    again = ScriptedJudge(as_expected, first.kept)
    two = loop(again)
    list(two.run())
    assert again.asked == [] and two.measured == 0
    assert two.winner == one.winner and all(t.cached for t in two.trials)


def test_an_impossible_target_ends_with_the_best_point_and_a_reason() -> None:
    judge = ScriptedJudge(as_expected)
    one = loop(judge, speedup=50.0)
    list(one.run())
    assert one.winner is None and one.stopped in ("generations done", "evaluations spent", "nothing new to try")
    assert len(one.trials) <= 28
    assert "at the very most" in limit_sentence(one.trials, one.target, HERE)


def test_the_budget_of_evaluations_is_never_exceeded() -> None:
    judge = ScriptedJudge(as_expected)
    one = loop(judge, speedup=50.0, budget=Budget(evaluations=5))
    list(one.run())
    assert len(one.trials) == 5 and one.stopped == "evaluations spent"


def test_the_budget_of_seconds_stops_between_evaluations() -> None:
    one = loop(ScriptedJudge(as_expected), speedup=50.0, budget=Budget(seconds=30))
    list(one.run())
    assert one.stopped == "seconds spent" and 0 < len(one.trials) < 28


def test_a_winner_that_fails_under_final_is_not_reported_as_one() -> None:
    def flattering(of: Plan, protocol: str) -> Verdict:
        return evaluation(2.5, 0.01, 0.1) if protocol == "quick" else evaluation(1.7, 0.01, 0.1, protocol="final")

    one = loop(ScriptedJudge(flattering), budget=Budget(evaluations=6))
    list(one.run())
    assert one.winner is None and one.stopped == "evaluations spent"
    assert all(isinstance(t.final, Evaluation) for t in one.trials[:3])


def test_a_wide_interval_is_not_a_confirmation() -> None:
    def shaky(of: Plan, protocol: str) -> Verdict:
        return evaluation(2.1, 0.0, 0.1, protocol=protocol, speedup_interval=Interval(low=1.2, high=3.0))

    one = loop(ScriptedJudge(shaky), budget=Budget(evaluations=4))
    list(one.run())
    assert one.winner is None


def test_a_repairable_failure_is_repaired_and_counted() -> None:
    def cacheless(of: Plan, protocol: str) -> Verdict:
        if of.step("deepcache"):
            return NotProven(method="deepcache", message="nothing was reused")
        return as_expected(of, protocol)

    one = loop(ScriptedJudge(cacheless), speedup=12.0, budget=Budget(evaluations=12))
    list(one.run())
    repaired = [t for t in one.trials if t.proposal.why.startswith("repair")]
    assert repaired and all(t.proposal.parents for t in repaired)
    assert len(one.trials) <= 12


def test_a_plan_that_cannot_be_written_is_a_failed_trial() -> None:
    one = loop(ScriptedJudge(as_expected), budget=Budget(evaluations=3))
    assert isinstance(one.agents, Team)
    one.agents.write = lambda _: EditRefused(message="the pipeline is bound by a walrus")
    list(one.run())
    assert {t.verdict.kind for t in one.trials} == {"edit_refused"} and one.winner is None
    assert "no candidate could be measured" in limit_sentence(one.trials, one.target, HERE)


def test_an_interrupt_keeps_what_there_is() -> None:
    calls = itertools.count(1)

    def interrupted(of: Plan, protocol: str) -> Verdict:
        if next(calls) == 3:
            raise KeyboardInterrupt
        return as_expected(of, protocol)

    one = loop(ScriptedJudge(interrupted), speedup=50.0)
    list(one.run())
    assert one.stopped == "interrupted" and len(one.trials) == 2


def test_exploring_spends_the_budget_and_confirms_the_best() -> None:
    judge = ScriptedJudge(as_expected)
    one = loop(judge, budget=Budget(evaluations=10), stop_at_first=False)
    list(one.run())
    assert len(one.trials) == 10 and one.winner is not None
    assert [p for _, p in judge.asked].count("final") == 1


def test_crashes_do_not_stop_the_search() -> None:
    crash = Crashed(message="boom", stage="call", error="RuntimeError")
    one = loop(ScriptedJudge(lambda p, _: crash if p.step("sampler") else as_expected(p, "quick")), speedup=1.4)
    list(one.run())
    assert one.winner is not None


def test_the_search_reaches_harder_targets_within_the_papers_budget() -> None:
    """On a world that behaves as the knowledge base expects, 3x is found in at most 28 evaluations for most seeds."""
    met = 0
    for seed in range(10):
        one = loop(ScriptedJudge(as_expected), speedup=3.0, seed=seed)
        list(one.run())
        met += one.winner is not None
    assert met >= 9


def test_progress_counts_and_remembers_the_best() -> None:
    one = loop(ScriptedJudge(as_expected), speedup=50.0, budget=Budget(evaluations=4, seconds=1000))
    events = list(one.run())
    counts = [e.evaluation for e in events if e.trial is not None and e.stage == "search"]
    assert counts == [1, 2, 3, 4]
    assert events[-1].best_speedup is not None and (events[-1].seconds_left or 0) < 1000


def test_a_small_target_is_not_met_by_luck() -> None:
    """An unchanged script comes out at 1.02x in one comparison of four, with 1 well inside the interval."""
    lucky = evaluation(1.03, 0.0, 0.0, speedup_interval=Interval(low=0.99, high=1.07))
    sure = evaluation(1.03, 0.0, 0.0, speedup_interval=Interval(low=1.015, high=1.05))
    assert not confirmed(lucky, Target(speedup=1.02)) and confirmed(sure, Target(speedup=1.02))
    assert confirmed(lucky, Target(latency_s=2 * lucky.baseline_s)), "no speedup is asked for"
