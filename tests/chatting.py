"""A small question to language models, for tests: how many steps, and why."""

from collections.abc import Callable
from typing import Any

from pydantic import Field

from diffagent_mcp.knowledge.types import Record
from diffagent_mcp.tools.chat.chat import Question, nothing_wrong

SECRET = "sk-test-0123456789abcdef"


class Steps(Record):
    """How many denoising steps, and why."""

    steps: int = Field(ge=1, le=100, description="denoising steps")
    why: str = Field(description="one sentence")


def question(
    user: str = "How many steps?", wrong: Callable[[Steps], list[str]] = nothing_wrong, **more: Any
) -> Question[Steps]:
    """A question for steps; every field of it can be given."""
    return Question(role="planner", prompt="steps@1", system="You plan.", user=user, form=Steps, wrong=wrong, **more)
