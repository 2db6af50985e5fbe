"""Models under test: fake providers, with a clock that does not wait, and a person without keys of their own."""

from collections.abc import Iterator

import pytest
from chatting import Asking, asking_of
from fakes.anthropic_api import ANTHROPIC
from fakes.openai_api import OPENAI
from fakes.serving import serving


@pytest.fixture(autouse=True)
def no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for provider in ("ANTHROPIC", "OPENAI"):
        for name in (f"{provider}_API_KEY", f"DIFFAGENT_{provider}_API_KEY", f"{provider}_BASE_URL"):
            monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")


@pytest.fixture(params=["anthropic", "openai"])
def asking(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Asking]:
    """Each provider in turn."""
    with serving(ANTHROPIC if request.param == "anthropic" else OPENAI) as fake:
        yield asking_of(fake, request.param, monkeypatch)


@pytest.fixture
def anthropic(monkeypatch: pytest.MonkeyPatch) -> Iterator[Asking]:
    with serving(ANTHROPIC) as fake:
        yield asking_of(fake, "anthropic", monkeypatch)


@pytest.fixture
def openai(monkeypatch: pytest.MonkeyPatch) -> Iterator[Asking]:
    with serving(OPENAI) as fake:
        yield asking_of(fake, "openai", monkeypatch)
