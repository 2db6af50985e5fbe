"""Providers over their real protocols: what goes over the wire, and what every way to fail ends as."""

import dataclasses
import json
from typing import Any

import pytest
from chatting import SECRET, Asking, at_most_50, question, steps
from fakes.serving import Cuts, Hangs, Raw, Reply, Says, Status

from diffagent_mcp.knowledge.types import ChatFailure
from diffagent_mcp.tools.chat import keys, names
from diffagent_mcp.tools.chat.chat import Answer
from diffagent_mcp.tools.chat.provider import Bounds, Provider
from diffagent_mcp.tools.errors import SetupError

BUSY = Status(429, "rate_limit_error", "slow down", {"retry-after": "7"})
OVERLOADED = Status(529, "overloaded_error", "overloaded")


def failed(asking: Asking) -> ChatFailure:
    found = asking.chat.ask(question())
    assert isinstance(found, ChatFailure), found
    assert "\n" not in found.message and SECRET not in found.message and asking.chat.model in found.message
    return found


def answered(asking: Asking, **more: Any) -> Answer[Any]:
    found = asking.chat.ask(question(**more))
    assert isinstance(found, Answer), found
    return found


def test_the_conversation_on_anthropics_wire(anthropic: Asking) -> None:
    anthropic.fake.say(Says(steps(80)), Says(steps(50)))
    answered(anthropic, wrong=at_most_50)
    first, second = anthropic.fake.asked
    assert first.headers["authorization"] == f"Bearer {SECRET}" and first.body["max_tokens"] == 16384
    assert first.body["stream"] and not {"tools", "tool_choice", "output_config"} & set(first.body)
    (system,) = first.body["system"]
    assert '"maximum": 100' in system["text"] and system["cache_control"]["type"] == "ephemeral"
    assert [m["role"] for m in second.body["messages"]] == ["user", "assistant", "user"]
    assert "80 steps are more than the 50 of the script" in json.dumps(second.body["messages"][-1])


def test_the_conversation_on_openais_wire(openai: Asking) -> None:
    openai.fake.say(Says("hm"), Says(steps(50)))
    answered(openai)
    first, second = openai.fake.asked
    assert not {"tools", "tool_choice", "response_format", "max_tokens", "max_completion_tokens"} & set(first.body)
    assert [m["role"] for m in second.body["messages"]] == ["system", "user", "assistant", "user"]
    assert "there is no JSON object in it" in second.body["messages"][-1]["content"]


def test_the_limit_of_an_answer_is_sent_as_older_servers_know_it(openai: Asking) -> None:
    openai.fake.say(Says(steps(9)))
    dataclasses.replace(openai.chat, bounds=Bounds(seconds=20, output=512)).ask(question())
    assert openai.fake.asked[0].body["max_tokens"] == 512


def test_usage_and_price(anthropic: Asking) -> None:
    anthropic.fake.say(
        Says("hm", input_tokens=1000, output_tokens=100), Says(steps(9), input_tokens=2000, cached_tokens=1000)
    )
    usage = answered(anthropic).exchange.usage
    assert (usage.requests, usage.input_tokens, usage.cached_tokens, usage.output_tokens) == (2, 3000, 1000, 200)
    assert usage.usd == pytest.approx(2000 * 3e-6 + 1000 * 0.3e-6 + 200 * 15e-6)


def test_nobody_knows_the_price_of_a_server_of_ones_own(openai: Asking) -> None:
    openai.fake.say(Says(steps(9)))
    usage = answered(openai).exchange.usage
    assert usage.usd is None and usage.tokens == 1100


@pytest.mark.parametrize("trouble", [BUSY, OVERLOADED, Status(500), Status(503), Cuts()], ids=str)
def test_what_passes_is_tried_again(asking: Asking, trouble: Reply) -> None:
    asking.fake.say(trouble, trouble, Says(steps(20)))
    assert answered(asking).value.steps == 20
    assert len(asking.fake.asked) == 3 and len(asking.waits) == 2
    if trouble is BUSY:
        assert asking.waits == [7.0, 7.0]
    else:
        assert 0.5 <= asking.waits[0] <= 1.0 <= asking.waits[1] <= 2.0


@pytest.mark.parametrize(
    ("trouble", "words"),
    [
        (BUSY, "429, too many requests) (tried 4 times; it asks to wait 7 s)"),
        (OVERLOADED, "529, overloaded) (tried 4 times)"),
        (Cuts(), "broke off"),
        (Raw(b"<html>not me</html>"), "sent no answer that can be read"),
        (Raw(b"data: {nonsense\n\n", "text/event-stream"), "(tried 4 times)"),
        (Raw(b"", "text/event-stream"), "sent no answer that can be read"),
        (Raw(b"event: message_start\ndata: [1, 2]\n\n", "text/event-stream"), "sent no answer that can be read"),
        (Raw(b'data: {"id": 5, "choices": "x"}\n\n', "text/event-stream"), "sent no answer that can be read"),
    ],
    ids=str,
)
def test_what_does_not_pass_ends_as_unavailable(asking: Asking, trouble: Reply, words: str) -> None:
    asking.fake.say(trouble)
    found = failed(asking)
    assert found.kind == "unavailable" and words in found.message
    assert len(asking.fake.asked) == 4 and len(asking.waits) == 3


def test_a_provider_that_asks_for_an_hour_is_not_waited_for(asking: Asking) -> None:
    asking.fake.say(Status(429, "rate_limit_error", "", {"retry-after": "3600"}))
    assert "asks to wait 3600 s" in failed(asking).message
    assert not asking.waits


@pytest.mark.parametrize(
    ("reply", "kind", "words"),
    [
        (Says(steps(20)[:9], stop="length"), "truncated", "cut off at its limit of 100 tokens; raise llm_output"),
        (Says("I cannot help with that.", stop="refused"), "refused", "I cannot help with that."),
        (Status(400, "invalid_request_error", "prompt is too long: 300000 tokens > 200000 maximum"), None, "long"),
        (Status(400, "invalid_request_error", "bad thing"), "unavailable", "rejected the request (400): bad thing"),
        (Status(402, "billing_error", "top up"), "unavailable", "no credit left: top up"),
    ],
    ids=str,
)
def test_what_another_try_does_not_mend_is_not_tried_again(
    asking: Asking, reply: Reply, kind: str | None, words: str
) -> None:
    asking.fake.say(reply)
    found = failed(asking)
    assert kind in (None, found.kind) and words in found.message
    assert len(asking.fake.asked) == 1 and not asking.waits


def test_a_stream_that_stands_still_times_out_and_costs_what_was_read(asking: Asking) -> None:
    asking.fake.say(Hangs())
    asking.chat = dataclasses.replace(asking.chat, bounds=Bounds(seconds=0.6))
    found = failed(asking)
    assert found.kind == "timed_out" and "llm_seconds" in found.message and len(asking.fake.asked) == 1
    assert found.usage.requests == 1
    assert found.usage.input_tokens == (1000 if asking.chat.named.kind == "anthropic" else 0)


def test_a_server_that_is_not_running(openai: Asking) -> None:
    named = names.parse("openai:qwen3@http://127.0.0.1:9/v1")
    found = failed(Asking(Provider(named, None, Bounds(5.0), openai.chat.patience), openai.fake, openai.waits))
    assert found.kind == "unavailable" and "cannot be reached at http://127.0.0.1:9/v1; is it running?" in found.message


@pytest.mark.parametrize("code", [401, 403])
def test_a_key_that_is_not_accepted_is_for_the_person_to_mend(asking: Asking, code: int) -> None:
    asking.fake.say(Status(code, "authentication_error", f"invalid key {SECRET}"))
    with pytest.raises(SetupError, match="does not accept the key from the variable DIFFAGENT_") as e:
        asking.chat.ask(question())
    assert SECRET not in str(e.value) and e.value.__suppress_context__


def test_a_server_that_wants_a_key_where_there_is_none(openai: Asking, monkeypatch: pytest.MonkeyPatch) -> None:
    openai.fake.say(Status(401))
    monkeypatch.delenv("DIFFAGENT_OPENAI_API_KEY")
    monkeypatch.setenv("OPENAI_API_KEY", SECRET)
    chat = Provider(openai.chat.named, keys.find(openai.chat.named))
    with pytest.raises(SetupError, match=r"needs a key: set the variable DIFFAGENT_OPENAI_API_KEY.*openai@127"):
        chat.ask(question())
    assert SECRET not in str(openai.fake.asked), "OpenAI's own key goes to OpenAI alone"


def test_a_model_that_is_not_there_is_for_the_person_to_mend(asking: Asking) -> None:
    asking.fake.say(Status(404, "not_found_error", "model: nope"))
    with pytest.raises(SetupError, match=r"there is no model .* name another with DIFFAGENT_LLM"):
        asking.chat.ask(question())
