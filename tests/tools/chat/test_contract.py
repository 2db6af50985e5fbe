"""What agents count on from every chat: scripted, Anthropic's protocol, OpenAI's protocol, and any of them in a ledger."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from chatting import Steps, question
from conftest import opened  # pyright: ignore[reportAttributeAccessIssue]
from fakes.anthropic_api import ANTHROPIC
from fakes.openai_api import OPENAI
from fakes.serving import Says, serving

from diffagent_mcp.knowledge.types import ChatFailure
from diffagent_mcp.tools.chat.chat import Answer, Chat
from diffagent_mcp.tools.chat.ledger import Ledger
from diffagent_mcp.tools.chat.scripted import Scripted
from diffagent_mcp.tools.store.store import Store
