"""Planning with a model: one question a generation, invalid plans sent back, whatever is missing filled offline."""

import json
import random
from typing import Any

from factories import evaluation, situation, trial

from diffagent_mcp.agents.llm.forms import PlansForm
from diffagent_mcp.agents.llm.planner import ModelPlanner
from diffagent_mcp.agents.team import OfflinePlanner
from diffagent_mcp.knowledge import rules
from diffagent_mcp.knowledge.types import ChatFailure, Record, Search, Target, Trial
from diffagent_mcp.tools.chat.chat import Question
from diffagent_mcp.tools.chat.scripted import Scripted

HERE = situation()
TARGET = Target(speedup=2.0)
GOOD = {"steps": [{"method": "deepcache", "params": {"interval": 3}}], "why": "reuse"}
FAST = {"steps": [{"method": "sampler", "params": {"name": "dpmpp_2m", "steps": 20}}], "why": "fewer steps"}


class Model:
    """Says one thing after another, the last again and again."""

    def __init__(self, *said: Any) -> None:
        self.said = list(said)
        self.asked: list[Question[Any]] = []

    def __call__(self, question: Question[Any]) -> Record | str | ChatFailure:
        self.asked.append(question)
        one = self.said.pop(0) if len(self.said) > 1 else self.said[0]
        return one if isinstance(one, ChatFailure) else json.dumps({"plans": one})


def planner(model: Model, notes: list[str] | None = None, knowledge: bool = True, population: int = 3) -> ModelPlanner:
    offline = OfflinePlanner(HERE, TARGET, Search(population=population), rules.usable(HERE))
    return ModelPlanner(Scripted(model), offline, (notes if notes is not None else []).append, knowledge)


def planned(one: ModelPlanner, trials: tuple[Trial, ...] = ()) -> list[str]:
    return [p.plan.sentence() for p in one(trials, 0, random.Random(0))]


def test_a_generation_is_one_question_and_always_whole() -> None:
    model = Model([GOOD, FAST])
    found = planned(planner(model))
    assert len(model.asked) == 1 and len(found) == 3 and len(set(found)) == 3
    assert "deepcache(interval=3, branch=0)" in found
    assert all(rules.is_valid(p.plan, HERE) for p in planner(model)((), 0, random.Random(1)))


def test_what_is_invalid_goes_back_as_sentences_and_is_left_out_the_second_time() -> None:
    bad = {"steps": [{"method": "flash_diffusion", "params": {}}], "why": "it is fast"}
    absurd = {"steps": [{"method": "deepcache", "params": {"interval": 99}}], "why": "more"}
    notes: list[str] = []
    model = Model([bad, absurd], [GOOD, bad])
    found = planned(planner(model, notes))
    assert len(model.asked) == 2 and "deepcache(interval=3, branch=0)" in found and len(found) == 3
    sentences = model.asked[0].wrong(PlansForm.model_validate({"plans": [bad, absurd]}))
    assert "unknown method 'flash_diffusion'" in sentences[0] and "deepcache.interval" in sentences[1]
    assert any("left out" in n for n in notes)


def test_a_plan_that_was_tried_is_not_measured_again() -> None:
    first = planner(Model([GOOD]))((), 0, random.Random(0))[0]
    done = (trial(1, first.plan, evaluation(1.5, 0.01, 0.1)),)
    model = Model([GOOD, FAST])
    found = planned(planner(model), done)
    assert first.plan.sentence() not in found
    assert (
        "it was tried already, as candidate 1" in model.asked[0].wrong(PlansForm.model_validate({"plans": [GOOD]}))[0]
    )


def test_a_model_that_fails_costs_nothing_but_its_advice() -> None:
    notes: list[str] = []
    failure = ChatFailure(kind="unavailable", message="scripted:test does not answer")
    found = planned(planner(Model(failure), notes))
    assert len(found) == 3 and "knowledge base instead" in notes[0]


def test_nothing_is_planned_without_money() -> None:
    assert planned(planner(Model(ChatFailure(kind="spent", message="spent")))) == []


def test_the_prompt_holds_the_menu_the_target_and_what_was_measured() -> None:
    model = Model([GOOD])
    first = planner(model)((), 0, random.Random(0))[0]
    done = (trial(1, first.plan, evaluation(1.5, 0.01, 0.1)),)
    planned(planner(model), done)
    asked = model.asked[-1].user
    assert '"method": "deepcache"' in asked and "at least 2.00x, loss at most 5%" in asked
    assert '"speedup": 1.5' in asked and "reached 1.50x where 2.00x is needed" in asked


def test_without_knowledge_the_model_knows_names_alone_and_nothing_is_filled() -> None:
    model = Model([GOOD])
    assert len(planned(planner(model, knowledge=False))) == 1
    assert '"method": "deepcache"' in model.asked[0].user and "reuse" not in model.asked[0].user.lower()
