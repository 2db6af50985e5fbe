"""The ledger: nothing is paid for twice, caps hold, everything is in the book, and keys are nowhere."""

import logging
import os
import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from chatting import PRICED, SECRET, Asking, Steps, at_most_50, question, steps
from fakes.serving import Says

from diffagent_mcp.knowledge.types import Caps, ChatFailure
from diffagent_mcp.tools.chat.chat import Answer, Question
from diffagent_mcp.tools.chat.ledger import Ledger, fingerprint
from diffagent_mcp.tools.chat.scripted import Scripted
from diffagent_mcp.tools.errors import UsageError
from diffagent_mcp.tools.store.store import Store


def counting() -> tuple[Scripted, list[Question[Any]]]:
    """A script that says how many questions it was asked."""
    asked: list[Question[Any]] = []

    def script(one: Question[Any]) -> Steps:
        asked.append(one)
        return Steps(steps=len(asked), why="counted")

    return Scripted(script), asked


def test_the_same_question_is_asked_once(tmp_path: Path) -> None:
    script, asked = counting()
    ledger = Ledger(Store(tmp_path / "s.sqlite"))
    first, second = (ledger.over(script).ask(question()) for _ in range(2))
    assert isinstance(first, Answer) and isinstance(second, Answer) and len(asked) == 1
    assert second.value == first.value and (first.exchange.reused, second.exchange.reused) == (False, True)
    assert [e.number for e in ledger.exchanges] == [1, 2] and ledger.spent.requests == 1


@pytest.mark.parametrize(
    "more", [{"user": "And now?"}, {"system": "You code."}, {"prompt": "steps@2"}, {"attempt": 1}], ids=str
)
def test_another_question_is_asked_anew(more: dict[str, Any]) -> None:
    script, asked = counting()
    chat = Ledger(Store()).over(script)
    chat.ask(question())
    chat.ask(question(**more))
    assert len(asked) == 2


def test_another_seed_or_model_asks_anew() -> None:
    one = question()
    keys = {fingerprint(m, one, seed) for m in ("anthropic:a", "anthropic:b") for seed in (0, 1)}
    assert len(keys) == 4 and fingerprint("anthropic:a", question(corrections=3), 0) in keys


def test_failures_are_not_reused_but_stand_in_the_book() -> None:
    said = iter(["no", "no", steps(7)])
    ledger = Ledger(Store())
    chat = ledger.over(Scripted(lambda _: next(said)))
    first, second = chat.ask(question()), chat.ask(question())
    assert isinstance(first, ChatFailure) and isinstance(second, Answer) and second.value.steps == 7
    assert ledger.exchanges[0].failure == first and ledger.exchanges[0].usage.requests == 2
    assert ledger.spent.requests == 3


def test_doubts_are_judged_again_when_an_answer_is_reused() -> None:
    ledger = Ledger(Store())
    chat = ledger.over(Scripted(lambda _: steps(80)))
    chat.ask(question())
    found = chat.ask(question(wrong=at_most_50))
    assert isinstance(found, Answer) and found.exchange.reused and found.doubts


def test_money_ends_with_a_sentence(anthropic: Asking) -> None:
    anthropic.fake.say(Says(steps(20), input_tokens=10_000, output_tokens=1_000))
    ledger = Ledger(Store(), Caps(usd=0.08))
    chat = ledger.over(anthropic.chat)
    found = [chat.ask(question(attempt=n)) for n in range(3)]
    assert [isinstance(f, Answer) for f in found] == [True, True, False]
    assert isinstance(found[2], ChatFailure) and found[2].kind == "spent"
    assert "the 0.08 USD that language models may cost are spent (0.09)" in found[2].message
    assert ledger.spent.usd == pytest.approx(0.09) and len(anthropic.fake.asked) == 2
    assert isinstance(chat.ask(question()), Answer), "what is known already costs nothing"


@pytest.mark.parametrize(
    ("caps", "unit"), [(Caps(requests=2), "2 requests"), (Caps(tokens=2200), "2200 tokens")], ids=str
)
def test_requests_and_tokens_are_capped_over_all_models(asking: Asking, caps: Caps, unit: str) -> None:
    asking.fake.say(Says(steps(20)))
    ledger = Ledger(Store(), caps)
    assert [isinstance(ledger.over(asking.chat).ask(question(attempt=n)), Answer) for n in range(2)] == [True, True]
    last = ledger.over(counting()[0]).ask(question())
    assert isinstance(last, ChatFailure) and last.kind == "spent" and unit in last.message


def test_a_bound_on_tokens_is_not_held_by_guessing(openai: Asking) -> None:
    openai.fake.say(Says(steps(20), input_tokens=0, output_tokens=0))
    bounded, free = Ledger(Store(), Caps(tokens=1000)), Ledger(Store(), Caps(requests=9))
    for ledger in (bounded, free):
        assert isinstance(ledger.over(openai.chat).ask(question()), Answer)
    last = bounded.over(openai.chat).ask(question(attempt=1))
    assert isinstance(last, ChatFailure) and last.kind == "spent"
    assert "does not say how many tokens it takes, so no bound on tokens can be held" in last.message
    assert isinstance(free.over(openai.chat).ask(question(attempt=1)), Answer)


def test_money_is_capped_only_where_the_price_is_known(openai: Asking) -> None:
    ledger = Ledger(Store(), Caps(usd=1.0))
    with pytest.raises(UsageError, match=r"nobody knows the price of openai:qwen3@.* bound tokens or requests instead"):
        ledger.over(openai.chat)
    assert ledger.over(counting()[0]).simulated
    assert not openai.fake.asked


def test_threads_that_ask_the_same_pay_once() -> None:
    calls: list[int] = []

    def slow(_: Question[Any]) -> str:
        calls.append(1)
        time.sleep(0.05)
        return steps(5)

    chat = Ledger(Store()).over(Scripted(slow))
    found: list[object] = []
    threads = [threading.Thread(target=lambda: found.append(chat.ask(question()))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(calls) == 1 and [isinstance(f, Answer) for f in found] == [True] * 4


KILLED = """
import os, sys
sys.path.insert(0, sys.argv[1])
from pathlib import Path
from chatting import question
from diffagent_mcp.tools.chat import names
from diffagent_mcp.tools.chat.ledger import Ledger
from diffagent_mcp.tools.chat.provider import open_provider
from diffagent_mcp.tools.store.store import Store

ledger = Ledger(Store(Path(sys.argv[2])))
chat = ledger.over(open_provider(names.parse(sys.argv[3])))
for n in range(int(sys.argv[4])):
    chat.ask(question(attempt=n))
print([e.reused for e in ledger.exchanges], ledger.spent.requests, flush=True)
os.kill(os.getpid(), 9)
"""


def test_a_killed_run_pays_for_nothing_twice_and_leaves_no_key(
    anthropic: Asking, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    anthropic.fake.say(Says(f'{{"steps": 5, "why": "the key is {SECRET}"}}'))
    store = tmp_path / "store.sqlite"
    program = [sys.executable, "-c", KILLED, str(Path(__file__).parents[2]), str(store), f"anthropic:{PRICED}"]
    environment = {**os.environ, "ANTHROPIC_LOG": "debug", "OPENAI_LOG": "debug"}
    runs = [subprocess.run([*program, n], env=environment, capture_output=True, text=True) for n in ("2", "3")]
    assert [r.returncode for r in runs] == [-9, -9], runs[0].stderr
    assert runs[0].stdout.strip() == "[False, False] 2" and runs[1].stdout.strip() == "[True, True, False] 1"
    assert len(anthropic.fake.asked) == 3
    left = b"".join(p.read_bytes() for p in tmp_path.glob("store.sqlite*"))
    assert b"the key is [key]" in left and SECRET.encode() not in left
    assert all(SECRET not in r.stdout + r.stderr for r in runs)


def test_a_key_is_in_no_prompt_and_no_log(anthropic: Asking, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    anthropic.fake.say(Says("hm"), Says(steps(5)))
    ledger = Ledger(Store(tmp_path / "s.sqlite"))
    leaking = question(f"the script printed {SECRET}", system=f"{SECRET} is known")
    assert isinstance(ledger.over(anthropic.chat).ask(leaking), Answer)
    assert all(SECRET not in str(asked.body) for asked in anthropic.fake.asked)
    assert SECRET not in caplog.text and SECRET not in repr(ledger.exchanges) + repr(anthropic.chat)
    (body,) = sqlite3.connect(tmp_path / "s.sqlite").execute("select body from exchanges").fetchone()
    assert SECRET not in body and "the script printed [key]" in body
