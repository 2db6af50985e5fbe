"""Language models as a person sets them: settings, the composition root, doctor."""

import json
from pathlib import Path
from typing import Any

import pytest
from chatting import SECRET, question, steps
from fakes.anthropic_api import ANTHROPIC
from fakes.serving import Says, serving
from shell import run

from diffagent_mcp.server.app import App, build
from diffagent_mcp.server.settings import Settings, load
from diffagent_mcp.tools.chat.chat import Answer
from diffagent_mcp.tools.chat.scripted import Scripted
from diffagent_mcp.tools.errors import SetupError, UsageError

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ANTHROPIC_API_KEY", "OPENAI_API_KEY", "DIFFAGENT_ANTHROPIC_API_KEY", "DIFFAGENT_OPENAI_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")


def settings(home: Path, **more: Any) -> Settings:
    return Settings(home=home, **more)


def test_offline_unless_it_is_set(tmp_path: Path) -> None:
    app = build(settings(tmp_path))
    assert app.chat("planner") is None and app.chat("direct") is None and not app.ledger.exchanges


def test_a_role_has_its_own_model_and_all_share_one_ledger(tmp_path: Path) -> None:
    one = settings(tmp_path, llm="scripted:all", llm_coder="scripted:coder", llm_debugger="offline", llm_requests=3)
    app = build(one, {"scripted": lambda named: Scripted(lambda _: steps(5), named.model)})
    planner, coder = app.chat("planner"), app.chat("coder")
    assert planner is not None and coder is not None and app.chat("debugger") is None
    assert (planner.model, coder.model) == ("scripted:all", "scripted:coder") and app.chat("reader") is planner
    assert isinstance(planner.ask(question()), Answer) and isinstance(coder.ask(question()), Answer)
    assert [e.model for e in app.ledger.exchanges] == ["scripted:all", "scripted:coder"]
    assert app.ledger.caps.requests == 3


def test_a_model_by_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(ANTHROPIC, Says(steps(20))) as fake:
        monkeypatch.setenv("ANTHROPIC_API_KEY", SECRET)
        monkeypatch.setenv("ANTHROPIC_BASE_URL", fake.address)
        monkeypatch.setenv("DIFFAGENT_LLM", "anthropic:claude-sonnet-4-6")
        monkeypatch.setenv("DIFFAGENT_LLM_OUTPUT", "700")
        chat = build(load({"home": tmp_path})).chat("planner")
        assert chat is not None and isinstance(chat.ask(question()), Answer)
        assert fake.asked[0].body["max_tokens"] == 700


@pytest.mark.parametrize(
    ("name", "error", "sentence"),
    [
        ("anthropic:claude-sonnet-4-6", SetupError, "needs a key: set the variable ANTHROPIC_API_KEY or DIFFAGENT_"),
        ("sampling", UsageError, "only inside an MCP client"),
        ("scripted:x", UsageError, "only in a simulation"),
    ],
)
def test_a_model_that_cannot_be_asked_is_a_sentence(
    tmp_path: Path, name: str, error: type[Exception], sentence: str
) -> None:
    with pytest.raises(error, match=sentence):
        App(settings(tmp_path, llm=name)).chat("planner")


def test_a_name_that_names_nothing_is_told_at_once() -> None:
    with pytest.raises(UsageError, match="'gpt-5' names no language model; it is offline, anthropic:MODEL"):
        load({"llm": "gpt-5"})


def facts(**environment: str) -> dict[str, str]:
    return json.loads(run("doctor", ROOT / "examples/sd15_text2img.py", "--json", timeout=240, **environment).stdout)


def test_doctor_says_which_model_and_whether_its_key_is_at_hand() -> None:
    offline: Any = facts()
    assert offline["facts"]["language model"] == "offline (nothing is sent anywhere)"
    assert offline["facts"]["extra llm"] == "installed" and not offline["problems"]
    told: Any = facts(
        DIFFAGENT_LLM="anthropic:m",
        ANTHROPIC_API_KEY=SECRET,
        DIFFAGENT_LLM_CODER="openai:n@http://h:1/v1",
        DIFFAGENT_LLM_READER="openai:o",
    )
    model = told["facts"]["language model"]
    assert "anthropic:m for planner, debugger, direct (key from the variable ANTHROPIC_API_KEY)" in model
    assert "openai:n@http://h:1/v1 for coder (no key, which a server of one's own may not need)" in model
    assert "openai:o for reader (no key)" in model and SECRET not in json.dumps(told)
    assert [p for p in told["problems"] if p.startswith("openai:o needs a key")] and len(told["problems"]) == 1
