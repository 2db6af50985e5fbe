"""The simulated model: right answers, some of them spoilt. The same question in the same run gets the same answer."""

import json
import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from ...knowledge.types import ChatFailure, Record, Usage
from ...tools.chat.chat import Answer, Question
from ...tools.chat.conversation import Said, Turn, converse
from ...tools.errors import UsageError
from . import mistakes, truth

Form = TypeVar("Form", bound=Record)
SIMULATION = "simulated model: these figures say nothing of any real one"
_AGAIN = 0.5
"""told what is wrong, it errs this much less often"""
_CHARACTERS = 4
"""to a token, about"""


@dataclass(frozen=True)
class Simulated:
    """A chat that errs in a share `errs` of its first answers."""

    errs: float = 0.5
    seed: int = 0
    simulated: bool = True

    @property
    def model(self) -> str:
        return f"scripted:errs={self.errs:g},seed={self.seed}"

    def ask(self, question: Question[Form]) -> Answer[Form] | ChatFailure:
        """Answer as a model would: text, which is read and checked, and sent back where it is wrong."""

        def say(system: str, turns: Sequence[Turn]) -> Said | ChatFailure:
            rng = random.Random(f"{self.seed}:{question.role}:{question.attempt}:{len(turns)}:{question.user}")
            text = json.dumps(self._said(question, again=len(turns) > 1, rng=rng))
            read = sum(len(t.text) for t in turns) + len(system)
            tokens = {"input_tokens": read // _CHARACTERS, "output_tokens": len(text) // _CHARACTERS}
            return Said(text, Usage(requests=1, usd=0.0, **tokens))

        return converse(question, say, self.model, simulated=True, clock=lambda: 0.0)

    def _said(self, question: Question[Any], again: bool, rng: random.Random) -> dict[str, Any]:
        told = again or question.attempt > 1 or question.role == "debugger"
        errs = rng.random() < self.errs * (_AGAIN if told else 1.0)
        right = truth.answer(question, rng)
        return mistakes.spoilt(right, rng) if errs else right


def named(text: str) -> Simulated:
    """`errs=0.5,seed=3` as a model. Raises UsageError with what is wrong."""
    said = {name: value for name, _, value in (part.partition("=") for part in text.split(",") if part)}
    try:
        errs, seed = float(said.pop("errs", "0.5")), int(said.pop("seed", "0"))
    except ValueError:
        errs, seed = -1.0, 0
    if said or not 0 <= errs <= 1:
        raise UsageError(f"scripted:{text}: a simulated model is scripted:errs=0.5,seed=0, with errs between 0 and 1")
    return Simulated(errs, seed)
