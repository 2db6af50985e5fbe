"""Code and repairs by a model: only where nothing is known, by exact edits, never more calls than a plan may cost."""

import json
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from factories import evaluation, plan, situation, step, trial

from diffagent_mcp.agents.llm.allowance import CALLS, T_DEBUG, Allowance
from diffagent_mcp.agents.llm.coder import ModelCoder
from diffagent_mcp.agents.llm.debugger import ModelDebugger
from diffagent_mcp.knowledge.catalogue import CATALOGUE
from diffagent_mcp.knowledge.types import (
    Candidate,
    ChatFailure,
    Crashed,
    EditRefused,
    NotProven,
    Plan,
    Record,
    Trial,
    Verdict,
)
from diffagent_mcp.tools.chat.chat import Question
from diffagent_mcp.tools.chat.scripted import Scripted

SOURCE = "pipe = load()\nimage = pipe('a cat').images[0]\n"
PLAN = plan(step("deepcache", interval=3, branch=0))
EDIT = {"edits": [{"search": "image = pipe(", "replace": "pipe.fast()\nimage = pipe("}], "why": "as planned"}
CRASH = Crashed(message="AttributeError: no attribute 'fast'", stage="call", error="AttributeError", evidence="line 2")


class Model:
    """Answers from a function of the question; counts."""

    def __init__(self, answer: Callable[[Question[Any]], Any]) -> None:
        self.answer = answer
        self.asked: list[Question[Any]] = []

    def __call__(self, question: Question[Any]) -> Record | str | ChatFailure:
        self.asked.append(question)
        said = self.answer(question)
        return said if isinstance(said, ChatFailure) else json.dumps(said)


def refused(_: Plan) -> EditRefused:
    return EditRefused(message="the pipeline is bound by a walrus")


def coder(model: Model, allowance: Allowance | None = None, knowledge: bool = True) -> ModelCoder:
    notes: list[str] = []
    given = allowance or Allowance()
    return ModelCoder(Scripted(model), refused, SOURCE, "script.py", situation(), given, notes.append, knowledge)


def debugger(
    model: Model, allowance: Allowance | None = None, allowed: Sequence[str] = tuple(CATALOGUE), knowledge: bool = True
) -> ModelDebugger:
    given = allowance or Allowance()
    notes: list[str] = []
    return ModelDebugger(Scripted(model), coder(model, given), given, notes.append, situation(), allowed, knowledge)


def failed(number: int, verdict: Verdict, code: str = "x = 1\n", by: str = "model") -> Trial:
    made = Candidate(plan=PLAN, code=code, author="model" if by == "model" else "knowledge")
    return trial(number, PLAN, verdict).model_copy(update={"candidate": made})


def test_what_can_be_rendered_costs_no_call() -> None:
    model = Model(lambda _: EDIT)
    one = coder(model)
    one.render = lambda p: Candidate(plan=p, code="rendered\n")
    made = one(PLAN)
    assert isinstance(made, Candidate) and made.author == "knowledge" and model.asked == []


def test_what_cannot_is_written_by_edits_of_the_persons_file() -> None:
    model = Model(lambda _: EDIT)
    made = coder(model)(PLAN)
    assert isinstance(made, Candidate) and made.author == "model"
    assert made.code == "pipe = load()\npipe.fast()\nimage = pipe('a cat').images[0]\n"
    assert "bound by a walrus" in model.asked[0].user and "DeepCacheSDHelper" in model.asked[0].user


def test_edits_that_do_not_fit_are_sent_back_once_and_then_refused() -> None:
    absent = {"edits": [{"search": "nowhere", "replace": "x"}], "why": ""}
    model = Model(lambda _: absent)
    made = coder(model)(PLAN)
    assert isinstance(made, EditRefused) and "does not stand there" in made.message and len(model.asked) == 2


def test_edits_that_break_the_file_are_refused() -> None:
    broken = {"edits": [{"search": "pipe = load()", "replace": "pipe = load("}], "why": ""}
    made = coder(Model(lambda _: broken))(PLAN)
    assert isinstance(made, EditRefused) and "no Python" in made.message


def test_known_symptoms_are_repaired_without_a_call() -> None:
    model = Model(lambda _: {"reflection": "", "edits": [], "steps": []})
    both = plan(step("deepcache", interval=3, branch=0), step("precision", dtype="bfloat16"))
    one = trial(1, both, NotProven(method="deepcache", message="nothing was reused"))
    again = debugger(model)([one], [one])
    assert again is not None and again.proposal.plan.step("deepcache") is None and model.asked == []


def test_other_failures_are_repaired_by_edits_of_the_code_that_failed() -> None:
    said = {"reflection": "there is no fast()", "edits": [{"search": "x = 1", "replace": "x = 2"}], "steps": []}
    model = Model(lambda _: said)
    one = failed(3, CRASH)
    again = debugger(model)([one], [one])
    assert again is not None and again.candidate is not None and again.candidate.code == "x = 2\n"
    assert again.proposal.parents == (3,) and "there is no fast()" in again.proposal.why
    assert "no attribute 'fast'" in model.asked[0].user


def test_a_repair_may_be_another_plan_which_the_rules_check() -> None:
    wrong: dict[str, Any] = {"reflection": "r", "edits": [], "steps": [{"method": "warp_drive", "params": {}}]}
    right: dict[str, Any] = {
        "reflection": "r",
        "edits": [],
        "steps": [{"method": "deepcache", "params": {"branch": 1}}],
    }
    answers = iter([wrong, right])
    one = failed(1, CRASH)
    again = debugger(Model(lambda _: next(answers)))([one], [one])
    assert again is not None and again.candidate is None
    assert again.proposal.plan == plan(step("deepcache", interval=3, branch=1))


@pytest.mark.parametrize("knowledge", [True, False])
def test_a_repair_is_held_to_the_methods_that_the_person_allows(knowledge: bool) -> None:
    said: dict[str, Any] = {"reflection": "r", "edits": [], "steps": [{"method": "tome", "params": {}}]}
    model = Model(lambda _: said)
    one = failed(1, CRASH, by="knowledge")
    assert debugger(model, allowed=("deepcache", "precision"), knowledge=knowledge)([one], [one]) is None
    assert len(model.asked) == 2, "it is sent back once"


def test_a_plan_never_costs_more_calls_than_the_papers_fifteen() -> None:
    """A model that always answers, and always wrongly: repaired, written anew, given up."""

    def answer(question: Question[Any]) -> Any:
        if question.role == "coder":
            return {"edits": [{"search": "load()", "replace": f"load({question.attempt})"}], "why": ""}
        code = question.user.split("load(")[1].split(")")[0]
        change = {"search": f"load({code})", "replace": f"load({code}1)"}
        return {"reflection": "perhaps", "edits": [change], "steps": []}

    model, allowance = Model(answer), Allowance()
    mend = debugger(model, allowance)
    assert mend.coder is not None
    first = mend.coder(PLAN)
    assert isinstance(first, Candidate)
    chain = [failed(1, CRASH, first.code)]
    while (again := mend(chain, chain)) is not None:
        assert again.candidate is not None
        chain.append(failed(len(chain) + 1, CRASH, again.candidate.code))
    assert len(model.asked) <= CALLS - 2 and len(chain) > T_DEBUG + 1
    assert {q.role for q in model.asked} == {"coder", "debugger"}


def test_what_works_is_not_repaired() -> None:
    model = Model(lambda _: EDIT)
    one = trial(1, PLAN, evaluation(2.0, 0.0, 0.1))
    assert debugger(model)([one], [one]) is None and model.asked == []


def test_a_model_that_fails_leaves_the_failure_as_it_is() -> None:
    model = Model(lambda _: ChatFailure(kind="timed_out", message="it did not answer in 5 s"))
    one = failed(1, CRASH, by="knowledge")
    assert debugger(model)([one], [one]) is None
