"""A language model alone: the request as it is, one answer, no tools, no knowledge base, no repairs."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import Field

from ...knowledge.types import ChatFailure, Record, Submission
from ...tools.chat.chat import Chat, Question
from ...tools.errors import SetupError
from .problem import Judging, Problem

SYSTEM = "You write Python scripts that use the diffusers library. Answer with one complete script that runs as it is."


class Whole(Record):
    """The answer."""

    code: str = Field(description="the complete Python file")


@dataclass(frozen=True)
class Direct:
    """`direct`: what the model knows by itself."""

    chat: Chat
    seed: int = 0

    @property
    def name(self) -> str:
        return named("direct", [self.chat])

    def solve(self, problem: Problem, budget: int, judging: Judging) -> Submission:
        answer = self.chat.ask(
            Question(
                role="direct",
                prompt=f"direct@{hashlib.blake2b(SYSTEM.encode(), digest_size=4).hexdigest()}",
                system=SYSTEM,
                user=question(problem),
                form=Whole,
                corrections=0,
                attempt=self.seed,
            )
        )
        if isinstance(answer, ChatFailure):
            return Submission(requests=answer.usage.requests, tokens=answer.usage.tokens, note=answer.message)
        usage = answer.exchange.usage
        cost = usage.usd or 0.0
        return Submission(code=answer.value.code, requests=usage.requests, tokens=usage.tokens, cost_usd=cost)


def named(solver: str, chats: Sequence[Chat]) -> str:
    """The solver's name with its models'; what a simulated model took part in says so first."""
    whole = "@".join((solver, *(c.model for c in chats)))
    return f"simulation: {whole}" if any(c.simulated for c in chats) else whole


def unconfigured() -> Direct:
    """The complaint where no language model is named."""
    raise SetupError(
        "the solver direct asks a language model, and none is configured; name one with --llm, such as "
        "anthropic:MODEL or openai:MODEL@URL; the other solvers need none"
    )


def question(problem: Problem) -> str:
    """The request with the code and the files that come with it."""
    parts = [problem.request]
    if problem.inputs:
        parts.append(f"Files beside the script: {', '.join(problem.inputs)}.")
    if problem.baseline is not None:
        parts.append(f"The script as it is:\n\n```python\n{problem.baseline}```")
    parts.append("Answer with one complete Python script for diffusers.")
    return "\n\n".join(parts)
