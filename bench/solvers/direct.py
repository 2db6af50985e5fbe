"""A language model alone: the request as it is, one answer, no tools. The seam is here; the model is handed in."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from ...knowledge.types import Submission
from ...tools.errors import SetupError
from .problem import Judging, Problem

_FENCED = re.compile(r"```(?:python|py)?[ \t]*\n(.*?)```", re.DOTALL)


@dataclass(frozen=True)
class Answer:
    """What a model said, and what it took."""

    text: str
    tokens: int = 0
    cost_usd: float = 0.0


Model = Callable[[str], Answer]


@dataclass(frozen=True)
class Direct:
    """`direct`: what the model knows by itself."""

    model: Model
    name: str = "direct"

    def solve(self, problem: Problem, budget: int, judging: Judging) -> Submission:
        answer = self.model(question(problem))
        code = code_in(answer.text)
        note = "" if code else "the answer holds no code"
        return Submission(code=code, requests=1, tokens=answer.tokens, cost_usd=answer.cost_usd, note=note)


def unconfigured() -> Direct:
    """The complaint until a language model can be configured."""
    raise SetupError("the solver direct asks a language model, and none is configured; the other solvers need none")


def question(problem: Problem) -> str:
    """The request with the code and the files that come with it."""
    parts = [problem.request]
    if problem.inputs:
        parts.append(f"Files beside the script: {', '.join(problem.inputs)}.")
    if problem.baseline is not None:
        parts.append(f"The script as it is:\n\n```python\n{problem.baseline}```")
    parts.append("Answer with one complete Python script for diffusers, in one code block.")
    return "\n\n".join(parts)


def code_in(text: str) -> str | None:
    """The longest code block of an answer."""
    return max(_FENCED.findall(text), key=len, default=None)
