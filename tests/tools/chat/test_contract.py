"""What agents count on from every chat: scripted, both fake providers, and each of them in a ledger."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from chatting import Steps, asking_of, at_most_50, question, steps
from fakes.anthropic_api import ANTHROPIC
from fakes.openai_api import OPENAI
from fakes.serving import Says, serving

from diffagent_mcp.knowledge.types import ChatFailure
from diffagent_mcp.tools.chat.chat import Answer, Chat
from diffagent_mcp.tools.chat.ledger import Ledger
from diffagent_mcp.tools.chat.scripted import Scripted
from diffagent_mcp.tools.store.store import Store

Saying = Callable[..., Chat]
"""a chat that says these texts, one after the other"""


def scripted(*texts: str) -> Chat:
    left = iter(texts)
    return Scripted(lambda _: next(left))


@pytest.fixture(params=["scripted", "anthropic", "openai"])
def plain(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Saying]:
    """Each kind of chat, as it is."""
    with ExitStack() as stack:

        def provider(*texts: str) -> Chat:
            dialect = ANTHROPIC if request.param == "anthropic" else OPENAI
            fake = stack.enter_context(serving(dialect, *map(Says, texts)))
            return asking_of(fake, request.param, monkeypatch).chat

        yield scripted if request.param == "scripted" else provider


@pytest.fixture(params=["plain", "in a ledger"])
def saying(request: pytest.FixtureRequest, plain: Saying, tmp_path: Path) -> Saying:
    """Each kind of chat, as it is and in a ledger."""
    if request.param == "plain":
        return plain
    store = Store(tmp_path / "store.sqlite")
    return lambda *texts: Ledger(store).over(plain(*texts))


def answered(found: Answer[Steps] | ChatFailure) -> Answer[Steps]:
    assert isinstance(found, Answer), found
    return found


def test_an_answer_is_a_value_of_the_form_with_its_exchange(saying: Saying) -> None:
    chat = saying(steps(20))
    found = answered(chat.ask(question()))
    assert found.value == Steps(steps=20, why="enough") and not found.doubts
    told = found.exchange
    assert (told.role, told.prompt, told.model, told.simulated) == ("planner", "steps@1", chat.model, chat.simulated)
    assert told.asked == "How many steps?" and told.system.startswith("You plan.") and told.answered == steps(20)
    assert told.usage.requests == 1 and not told.sent_back and not told.reused and told.failure is None


def test_prose_and_fences_around_the_answer_do_no_harm(saying: Saying) -> None:
    found = answered(saying(f"Sure! {{steps}} it is:\n```json\n{steps(30)}\n```\nGood luck.").ask(question()))
    assert found.value.steps == 30


def test_what_does_not_fit_the_form_is_sent_back_in_sentences(saying: Saying) -> None:
    found = answered(saying('{"steps": 900, "why": "more"}', steps(40)).ask(question()))
    (back,) = found.exchange.sent_back
    assert found.value.steps == 40 and found.exchange.usage.requests == 2
    assert back.sentences == ("steps: input should be less than or equal to 100 (it is 900)",)


def test_what_is_wrong_with_a_value_is_sent_back_too(saying: Saying) -> None:
    found = answered(saying(steps(80), steps(50)).ask(question(wrong=at_most_50)))
    assert found.value.steps == 50 and not found.doubts
    assert found.exchange.sent_back[0].sentences == ("80 steps are more than the 50 of the script",)


def test_a_value_that_stays_wrong_comes_with_doubts(saying: Saying) -> None:
    found = answered(saying(steps(80), steps(70)).ask(question(wrong=at_most_50)))
    assert found.value.steps == 70 and found.doubts == ("70 steps are more than the 50 of the script",)


@pytest.mark.parametrize("corrections", [0, 1, 3])
def test_corrections_are_bounded_and_then_it_is_a_failure(saying: Saying, corrections: int) -> None:
    found = saying(*["I would rather not say."] * 5).ask(question(corrections=corrections))
    assert isinstance(found, ChatFailure) and found.kind == "invalid"
    assert found.usage.requests == corrections + 1 and found.answered == "I would rather not say."
    assert found.message.count("\n") == 0 and "there is no JSON object in it" in found.message
