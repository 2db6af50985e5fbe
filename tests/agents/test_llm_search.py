"""A whole search with a model: bounded, stopped by caps on a whole evaluation, resumed without paying twice."""

import itertools
import json
from pathlib import Path
from typing import Any

from factories import evaluation, situation

from diffagent_mcp.agents.llm.allowance import CALLS
from diffagent_mcp.agents.llm.team import Ablation, Chats, team
from diffagent_mcp.agents.loop import Loop
from diffagent_mcp.agents.team import OfflinePlanner
from diffagent_mcp.bench.simulation import Simulated
from diffagent_mcp.knowledge import rules
from diffagent_mcp.knowledge.expect import expect
from diffagent_mcp.knowledge.types import (
    Budget,
    Candidate,
    Caps,
    Crashed,
    EditRefused,
    Evaluation,
    Plan,
    Search,
    Target,
    Verdict,
)
from diffagent_mcp.tools.chat.chat import Chat, Question
from diffagent_mcp.tools.chat.ledger import Ledger
from diffagent_mcp.tools.chat.scripted import Scripted
from diffagent_mcp.tools.store.store import Store

HERE = situation()
SOURCE = "pipe = load()\nimage = pipe('a cat').images[0]\n"


class Judge:
    """What the knowledge base expects comes true; code that a model wrote crashes. Remembers verdicts."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], Verdict] = {}
        self.asked = 0

    def known(self, candidate: Candidate, protocol: str = "quick") -> Verdict | None:
        return self.kept.get((candidate.code, protocol))

    def evaluate(self, candidate: Candidate, protocol: str = "quick") -> Verdict:
        self.asked += 1
        verdict = self.kept[candidate.code, protocol] = self._verdict(candidate, protocol)
        return verdict

    def _verdict(self, candidate: Candidate, protocol: str) -> Verdict:
        if candidate.author == "model" or candidate.plan is None:
            return Crashed(message="TypeError: unexpected keyword", stage="call", error="TypeError")
        e = expect(candidate.plan, HERE)
        return evaluation(e.speedup, e.loss, min(1.0, e.drift), protocol=protocol)


def render(plan: Plan) -> Candidate | EditRefused:
    return Candidate(plan=plan, code=f"{SOURCE}# {plan.sentence()}\n")


def search(
    chat: Chat,
    judge: Judge,
    speedup: float = 2.0,
    ledger: Ledger | None = None,
    without: frozenset[Ablation] = frozenset(),
    evaluations: int = 28,
) -> Loop:
    target, ticks = Target(speedup=speedup), itertools.count()
    planned = OfflinePlanner(HERE, target, Search(), rules.usable(HERE))
    spent = (lambda: ledger.exhausted() is not None) if ledger else (lambda: False)
    chats = Chats(planner=chat, coder=chat, debugger=chat, spent=spent)
    agents = team(planned, render, chats, SOURCE, "script.py", without)
    loop = Loop(judge, agents, target, Budget(evaluations=evaluations), lambda: float(next(ticks)))
    for _ in loop.run():
        pass
    return loop


def test_a_model_that_errs_half_the_time_meets_the_target() -> None:
    for seed in range(3):
        loop = search(Simulated(0.5, seed), Judge())
        assert loop.winner is not None and len(loop.trials) <= 28


def test_a_search_costs_at_most_fifteen_calls_a_plan() -> None:
    asked: list[Question[Any]] = []

    def hopeless(question: Question[Any]) -> str:
        """Plans that are valid, and code and repairs that never run."""
        asked.append(question)
        if question.role == "planner":
            menu = [{"method": "deepcache", "params": {"interval": 2 + len(asked) % 6, "branch": n}} for n in range(3)]
            return json.dumps({"plans": [{"steps": [one], "why": ""} for one in menu]})
        edit = {"search": "load(", "replace": f"load{len(asked)}("}
        return json.dumps({"edits": [edit], "why": "", "reflection": "perhaps", "steps": []})

    loop = search(Scripted(hopeless), Judge(), speedup=9.0, without=frozenset({"knowledge"}), evaluations=60)
    plans = {t.proposal.plan for t in loop.trials}
    assert loop.winner is None and len(plans) >= 3
    assert len(asked) <= CALLS * len(plans)


def test_a_cap_ends_the_search_once_the_plans_that_were_paid_for_are_tried(tmp_path: Path) -> None:
    ledger = Ledger(Store(tmp_path / "store.sqlite"), Caps(requests=1))
    judge = Judge()
    loop = search(ledger.over(Simulated(0.0)), judge, speedup=30.0, ledger=ledger)
    assert loop.stopped == "model budget spent" and ledger.spent.requests <= 2
    assert loop.trials and all(isinstance(t.verdict, Evaluation) for t in loop.trials)
    assert {t.proposal.generation for t in loop.trials} == {0}


def test_what_was_stopped_goes_on_and_pays_for_nothing_twice(tmp_path: Path) -> None:
    chat = Simulated(0.5)
    first = Ledger(Store(tmp_path / "store.sqlite"), Caps(requests=3))
    judge = Judge()
    search(first.over(chat), judge, speedup=30.0, ledger=first)
    paid, measured = first.spent.requests, judge.asked
    again = Ledger(Store(tmp_path / "store.sqlite"))
    search(again.over(chat), judge, speedup=30.0, ledger=again)
    reused = [e for e in again.exchanges if e.reused]
    assert sum(e.usage.requests for e in reused) == paid
    alone = Ledger(Store(tmp_path / "other.sqlite"))
    fresh = Judge()
    search(alone.over(chat), fresh, speedup=30.0, ledger=alone)
    assert alone.spent.requests == paid + again.spent.requests, "stopped and resumed costs what it costs in one go"
    assert judge.asked >= measured and judge.asked - fresh.asked <= 1, "the best was confirmed when it was stopped"


def test_without_the_debugger_a_failure_is_the_end_of_its_plan() -> None:
    loop = search(Simulated(0.5), Judge(), speedup=9.0, without=frozenset({"knowledge", "debugger"}), evaluations=12)
    assert not [t for t in loop.trials if t.proposal.why.startswith("repair")]
