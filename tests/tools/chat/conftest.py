"""Models under test: both fake providers, with a clock that does not wait, and a person without keys of their own."""

import random
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from chatting import SECRET
from fakes.anthropic_api import ANTHROPIC
from fakes.openai_api import OPENAI
from fakes.serving import Fake, serving

from diffagent_mcp.tools.chat import keys, names
from diffagent_mcp.tools.chat.patience import Patience
from diffagent_mcp.tools.chat.provider import Bounds, Provider


@dataclass
class Asking:
    """A provider, the fake server behind it, and the seconds it would have waited."""

    chat: Provider
    fake: Fake
    waits: list[float]


@pytest.fixture(autouse=True)
def no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ANTHROPIC_API_KEY", "OPENAI_API_KEY", "DIFFAGENT_ANTHROPIC_API_KEY", "DIFFAGENT_OPENAI_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
    monkeypatch.delenv("ANTHROPIC_BASE_URL", raising=False)


def opened(fake: Fake, kind: str, monkeypatch: pytest.MonkeyPatch, seconds: float = 20.0) -> Asking:
    monkeypatch.setenv(f"DIFFAGENT_{kind.upper()}_API_KEY", SECRET)
    if kind == "anthropic":
        monkeypatch.setenv("ANTHROPIC_BASE_URL", fake.address)
        named = names.parse("anthropic:claude-sonnet-4-5")
    else:
        named = names.parse(f"openai:qwen3@{fake.address}/v1")
    waits: list[float] = []
    patience = Patience(sleep=waits.append, rng=random.Random(1))
    return Asking(Provider(named, keys.find(named), Bounds(seconds=seconds), patience), fake, waits)


@pytest.fixture(params=["anthropic", "openai"])
def asking(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Asking]:
    """Each provider in turn."""
    with serving(ANTHROPIC if request.param == "anthropic" else OPENAI) as fake:
        yield opened(fake, request.param, monkeypatch)


@pytest.fixture
def anthropic(monkeypatch: pytest.MonkeyPatch) -> Iterator[Asking]:
    with serving(ANTHROPIC) as fake:
        yield opened(fake, "anthropic", monkeypatch)


@pytest.fixture
def openai(monkeypatch: pytest.MonkeyPatch) -> Iterator[Asking]:
    with serving(OPENAI) as fake:
        yield opened(fake, "openai", monkeypatch)
