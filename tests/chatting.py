"""A small question to language models, for tests: how many steps, and why; and models to put it to."""

import json
import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from fakes.serving import Fake
from pydantic import Field

from diffagent_mcp.knowledge.types import Record
from diffagent_mcp.tools.chat import keys, names
from diffagent_mcp.tools.chat.chat import Question, nothing_wrong
from diffagent_mcp.tools.chat.patience import Patience
from diffagent_mcp.tools.chat.provider import Bounds, Provider

SECRET = "sk-test-0123456789abcdef"
PRICED = "claude-sonnet-4-6"
"""a model that genai-prices knows: 3 USD for a million tokens in, 15 out"""


class Steps(Record):
    """How many denoising steps, and why."""

    steps: int = Field(ge=1, le=100, description="denoising steps")
    why: str = Field(description="one sentence")


def steps(number: int) -> str:
    """An answer as a model writes it."""
    return json.dumps({"steps": number, "why": "enough"})


def at_most_50(value: Steps) -> list[str]:
    """What is wrong with a well-formed answer."""
    return [f"{value.steps} steps are more than the 50 of the script"] if value.steps > 50 else []


def question(
    user: str = "How many steps?", wrong: Callable[[Steps], list[str]] = nothing_wrong, **more: Any
) -> Question[Steps]:
    """A question for steps; every field of it can be given."""
    asked: dict[str, Any] = {"role": "planner", "prompt": "steps@1", "system": "You plan.", **more}
    return Question(user=user, form=Steps, wrong=wrong, **asked)


@dataclass
class Asking:
    """A provider, the fake server behind it, and the seconds it would have waited."""

    chat: Provider
    fake: Fake
    waits: list[float]


def asking_of(fake: Fake, kind: str, monkeypatch: pytest.MonkeyPatch) -> Asking:
    """A provider of this kind before a fake server, with a key in the environment and a clock that does not wait."""
    monkeypatch.setenv(f"DIFFAGENT_{kind.upper()}_API_KEY", SECRET)
    named = names.parse(f"openai:qwen3@{fake.address}/v1")
    if kind == "anthropic":
        monkeypatch.setenv("ANTHROPIC_BASE_URL", fake.address)
        named = names.parse(f"anthropic:{PRICED}")
    waits: list[float] = []
    patience = Patience(sleep=waits.append, rng=random.Random(1))
    return Asking(Provider(named, keys.find(named), Bounds(seconds=20.0), patience), fake, waits)
