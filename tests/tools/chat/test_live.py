"""A real model, where one is running. What it says is its own; how it ends must be an answer or an honest failure.

DIFFAGENT_TEST_LLM=openai:MODEL@http://127.0.0.1:8000/v1 pytest -m live tests/tools/chat/test_live.py
"""

import os

import pytest
from chatting import Steps, question

from diffagent_mcp.knowledge.types import ChatFailure
from diffagent_mcp.tools.chat import names
from diffagent_mcp.tools.chat.chat import Answer
from diffagent_mcp.tools.chat.provider import open_provider

pytestmark = pytest.mark.live


def test_a_real_model_answers_or_fails_honestly() -> None:
    name = os.environ.get("DIFFAGENT_TEST_LLM")
    if name is None:
        pytest.skip("DIFFAGENT_TEST_LLM names no model, such as openai:MODEL@http://127.0.0.1:8000/v1")
    chat = open_provider(names.parse(name))
    found = chat.ask(question("A picture takes 50 steps. Give a number of steps between 15 and 30.", corrections=2))
    print(found)
    if isinstance(found, ChatFailure):
        if found.kind == "unavailable":
            pytest.skip(found.message)
        assert found.kind in ("invalid", "truncated") and found.message.count("\n") == 0
    else:
        assert isinstance(found, Answer) and isinstance(found.value, Steps)
        assert found.exchange.usage.requests >= 1 and found.exchange.answered
