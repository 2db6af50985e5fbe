"""Agents with a model that errs: what the knowledge base, the debugger and the search are worth, on real tasks.

The model is simulated and says nothing of a real one. Code is not run here: a script is compared as stage 1 does, and
one that could not run is told by the mistake that is in it.
"""

import json
from collections.abc import Sequence

import pytest

from diffagent_mcp.agents.llm.allowance import CALLS
from diffagent_mcp.agents.llm.forms import PlansForm, ReadingForm, ScriptForm
from diffagent_mcp.agents.llm.prompting import rendered, version
from diffagent_mcp.agents.llm.team import Chats
from diffagent_mcp.bench.simulation import Simulated, mistakes, named, truth
from diffagent_mcp.bench.solvers.direct import Direct
from diffagent_mcp.bench.solvers.problem import Problem, Solver
from diffagent_mcp.bench.stages.static import compare
from diffagent_mcp.bench.tasks.load import load
from diffagent_mcp.knowledge.types import Candidate, Crashed, Failure, Profile, Submission, Task, Verdict
from diffagent_mcp.server.benchmark.diffagent import DiffAgent
from diffagent_mcp.tools.chat.chat import Answer, Chat, Question
from diffagent_mcp.tools.errors import UsageError

TASKS = [t for t in load() if t.level <= 3][::7]
BROKEN = (mistakes._IMPORT, mistakes._ARGUMENT, mistakes._LOST)  # pyright: ignore[reportPrivateUsage]


class Looks:
    """Runs nothing: code with a mistake in it that would crash is said to crash."""

    def __init__(self, budget: int = 28) -> None:
        self.budget, self.used = budget, 0

    @property
    def left(self) -> int:
        return self.budget - self.used

    def baseline(self) -> Profile | Failure:
        raise AssertionError("these tasks have no baseline")

    def known(self, candidate: Candidate, protocol: str = "quick") -> Verdict | None:
        return None

    def evaluate(self, candidate: Candidate, protocol: str = "quick") -> Verdict:
        raise AssertionError("these tasks are not measured")

    def runs(self, code: str) -> Failure | None:
        self.used += 1
        crashes = any(piece in code for piece in BROKEN)
        return (
            Crashed(message="ImportError: cannot import name", stage="load", error="ImportError") if crashes else None
        )


def every(chat: Chat) -> Chats:
    return Chats(chat, chat, chat, chat)


def shown(task: Task) -> Problem:
    from pathlib import Path

    return Problem(task.id, task.request, Path(), task.inputs)


def answered(solver: Solver, tasks: Sequence[Task] = TASKS) -> list[tuple[bool, Submission]]:
    """Of each task: is the submission as asked and free of mistakes that crash? And what was handed in."""
    found: list[tuple[bool, Submission]] = []
    for task in tasks:
        made = solver.solve(shown(task), 28, Looks())
        whole = made.code is not None and not any(piece in made.code for piece in BROKEN)
        found.append((whole and not compare(task, made.code or "").mismatches, made))
    return found


def rate(found: Sequence[tuple[bool, Submission]]) -> float:
    return sum(good for good, _ in found) / len(found)


@pytest.mark.parametrize("seed", [0, 1])
def test_half_of_first_answers_wrong_costs_diffagent_next_to_nothing(seed: int) -> None:
    """The knowledge base composes what the words say, and sends wrong readings back."""
    found = answered(DiffAgent(chats=every(Simulated(0.5, seed))))
    assert rate(found) >= 0.9
    assert max(s.requests for _, s in found) <= CALLS


def test_each_part_is_worth_something() -> None:
    chat = Simulated(0.5)
    whole = rate(answered(DiffAgent(chats=every(chat))))
    unread = rate(answered(DiffAgent(chats=every(chat), without=frozenset({"knowledge"}))))
    bare = rate(answered(DiffAgent(chats=every(chat), without=frozenset({"knowledge", "debugger"}))))
    assert whole > unread > bare
    alone = rate(answered(Direct(chat)))
    assert 0.3 < alone < unread


def test_no_request_costs_more_calls_than_the_papers_fifteen() -> None:
    hopeless = DiffAgent(chats=every(Simulated(1.0)), without=frozenset({"knowledge"}))
    found = answered(hopeless, TASKS[:12])
    assert max(s.requests for _, s in found) <= CALLS == 15


def test_a_simulated_model_says_so_in_the_solvers_name() -> None:
    solver = DiffAgent(chats=every(Simulated(0.5)), without=frozenset({"ga"}))
    assert solver.name == "simulation: diffagent-without-ga@scripted:errs=0.5,seed=0"


def test_without_mistakes_the_simulated_model_reads_as_the_rules_do() -> None:
    words = "Stable Diffusion 1.5 with UniPC, 25 steps, and DeepCache"
    system, user = rendered("reader", request=words, pipelines=[], schedulers=[], menu="")
    found = Simulated(0.0).ask(Question("reader", version("reader"), system, user, ReadingForm))
    assert isinstance(found, Answer)
    assert found.value.steps == 25 and found.value.scheduler == "UniPCMultistepScheduler"
    assert [s.method for s in found.value.methods] == ["deepcache"]


def test_the_same_question_gets_the_same_answer_and_a_seed_another() -> None:
    system, user = rendered("script", request="an SDXL pipeline, 30 steps", inputs=[], reading="", reflections=[])
    question = Question("coder", version("script"), system, user, ScriptForm, corrections=0, attempt=1)
    said = [Simulated(0.5, seed).ask(question) for seed in (0, 0, 1, 2, 3, 4, 5)]
    codes = [a.value.code for a in said if isinstance(a, Answer)]
    assert codes[0] == codes[1] and len(set(codes)) > 1


def test_plans_come_from_the_menu_and_some_are_spoilt() -> None:
    menu = [{"method": "deepcache", "knobs": {"interval": {"from": 2, "to": 8, "default": 3, "meaning": ""}}}]
    values = {"where": "", "facts": "", "target": "", "menu": json.dumps(menu), "trials": "", "parents": [], "fresh": 0}
    system, user = rendered("planner", **values, count=7)
    question = Question("planner", version("planner"), system, user, PlansForm, corrections=0)
    right, wrong = Simulated(0.0).ask(question), Simulated(1.0).ask(question)
    assert isinstance(right, Answer) and isinstance(wrong, Answer)
    assert {s.method for p in right.value.plans for s in p.steps} == {"deepcache"}
    odd = [s for p in wrong.value.plans for s in p.steps if s.method != "deepcache" or set(s.params) != {"interval"}]
    assert odd or any(s.params["interval"] == 4000 for p in wrong.value.plans for s in p.steps)


@pytest.mark.parametrize("words", ["PixArt-alpha with T-GATE, 20 steps", "SDXL, T-GATE, DDIM 30 steps"])
def test_what_shows_in_a_failure_is_mended(words: str) -> None:
    from diffagent_mcp.knowledge.reading import Context, Rules

    code = truth.composed(Rules().read(words, Context()))
    assert code is not None
    for spoil in mistakes.CODE:
        if spoil.__name__ != "_auto_pipeline":
            broken = spoil(code)
            assert broken != code and not any(piece in mistakes.mended(broken) for piece in BROKEN)


@pytest.mark.parametrize("text", ["errs=2", "errs=x", "luck=1", "nonsense"])
def test_a_simulated_model_that_cannot_be_is_one_sentence(text: str) -> None:
    with pytest.raises(UsageError, match=r"scripted:errs=0\.5"):
        named(text)
