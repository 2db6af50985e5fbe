"""Names of models, and sentences for those that name none."""

import pytest

from diffagent_mcp.tools.chat import names, prices
from diffagent_mcp.tools.chat.names import Named
from diffagent_mcp.tools.errors import UsageError


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("offline", Named("offline")),
        (" sampling ", Named("sampling")),
        ("Anthropic:claude-sonnet-4-6", Named("anthropic", "claude-sonnet-4-6")),
        ("openai:gpt-5", Named("openai", "gpt-5")),
        ("openai:qwen3:8b@http://127.0.0.1:11434/v1/", Named("openai", "qwen3:8b", "http://127.0.0.1:11434/v1")),
        ("openai:Qwen/Qwen3-8B@https://[::1]:8000/v1", Named("openai", "Qwen/Qwen3-8B", "https://[::1]:8000/v1")),
        ("scripted:seasoned", Named("scripted", "seasoned")),
    ],
)
def test_a_name_is_read_and_written(text: str, named: Named) -> None:
    assert names.parse(text) == named == names.parse(str(named))


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("claude-sonnet-4-6", "names no language model; it is offline, anthropic:MODEL"),
        ("", "names no language model"),
        ("anthropic:", "names no model after the colon"),
        ("offline:x", "stands alone"),
        ("openai:@http://x/v1", "names no model after the colon"),
        ("openai:m@http://", "is no address; an example is"),
        ("openai:m@http://h:port/v1", "is no address"),
        ("openai:gpt 5", "has a space in it"),
        ("anthropic:m@http://127.0.0.1/v1", "only openai:MODEL@URL takes an address"),
        ("openai:m@http://me:secret@h/v1", "must not hold a user or password"),
        ("openai:m@http://h/v1?key=secret", "ends before any ? or #"),
        ("openai:m@http://h/v1#secret", "ends before any ? or #"),
        ("openai:\x1b[31mred", "a character in it that cannot be shown"),
    ],
)
def test_a_mistake_is_a_sentence(text: str, sentence: str) -> None:
    with pytest.raises(UsageError) as e:
        names.parse(text)
    assert sentence in str(e.value) and "secret" not in str(e.value)


@pytest.mark.parametrize(
    ("model", "known"),
    [
        ("anthropic:claude-sonnet-4-6", True),
        ("openai:gpt-4o", True),
        ("openai:gpt-4o@http://127.0.0.1:8000/v1", False),
        ("openai:deepseek-chat@https://api.deepseek.com/v1", True),
        ("anthropic:made-up", False),
        ("sampling", False),
        ("scripted:test", True),
    ],
)
def test_whose_price_is_known(model: str, known: bool) -> None:
    assert prices.known(model) is known
