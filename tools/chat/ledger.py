"""The book and the purse of a run: what was asked, what it cost and may cost, and what was answered before."""

import hashlib
import json
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from ...knowledge.types import Caps, ChatFailure, Exchange, Record, Usage
from ..errors import UsageError
from ..store import exchanges
from ..store.store import Store
from . import forms, prices
from .chat import Answer, Around, Chat, Question
from .conversation import begun

Form = TypeVar("Form", bound=Record)


class Ledger:
    """One for a run, shared by all of its chats and threads."""

    def __init__(
        self, store: Store, caps: Caps | None = None, seed: int = 0, priced: Callable[[str], bool] = prices.known
    ) -> None:
        self.store = store
        self.caps = caps or Caps()
        self.seed = seed
        """the run's; another seed asks anew"""
        self.exchanges: list[Exchange] = []
        """every question of the run with what came of it, in order"""
        self._priced = priced
        self._lock = threading.RLock()
        self._asking: dict[str, threading.Lock] = {}

    def over(self, chat: Chat) -> "Booked":
        """The chat, with everything it is asked in this book. Raises UsageError where money is capped and unknown."""
        if self.caps.usd is not None and not self._priced(chat.model):
            raise UsageError(
                f"nobody knows the price of {chat.model}, so it cannot be kept within {self.caps.usd:g} USD; "
                "bound tokens or requests instead, or choose a model with a known price"
            )
        return Booked(chat, self)

    @property
    def spent(self) -> Usage:
        """What this run has paid for; reused answers cost nothing."""
        with self._lock:
            return sum((e.usage for e in self.exchanges if not e.reused), Usage())

    def exhausted(self) -> str | None:
        """Which cap is reached, in a sentence. A question is asked whole, so the last one may go beyond."""
        spent, caps = self.spent, self.caps
        with self._lock:
            paid = sum(e.usage.usd or 0.0 for e in self.exchanges if not e.reused)
        bounds = (
            (paid, caps.usd, "USD"),
            (spent.tokens, caps.tokens, "tokens"),
            (spent.requests, caps.requests, "requests"),
        )
        for used, most, unit in bounds:
            if most is not None and used >= most:
                return f"the {most:g} {unit} that language models may cost are spent ({used:g})"
        return self._uncounted()

    def _uncounted(self) -> str | None:
        """A sentence where a bound cannot be held, as a model answers without saying what its answers take."""
        bounded = "tokens" if self.caps.tokens is not None else "USD" if self.caps.usd is not None else None
        with self._lock:
            silent = next((e for e in self.exchanges if _is_silent(e)), None)
        if bounded is None or silent is None:
            return None
        return f"{silent.model} does not say how many tokens it takes, so no bound on {bounded} can be held"

    def enter(self, exchange: Exchange, key: str | None = None) -> Exchange:
        """Write an exchange into the book; with a key, into the store first, whatever happens afterwards."""
        with self._lock:
            numbered = exchange.model_copy(update={"number": len(self.exchanges) + 1})
            if key is not None:
                exchanges.keep(self.store, key, numbered)
            self.exchanges.append(numbered)
            return numbered

    def known(self, key: str) -> Exchange | None:
        """What was answered to this question before, by this run or an earlier one."""
        with self._lock:
            return exchanges.find(self.store, key)

    def turn(self, key: str) -> threading.Lock:
        """Held while a question is asked: whoever asks the same meanwhile waits for its answer."""
        with self._lock:
            return self._asking.setdefault(key, threading.Lock())


def _is_silent(e: Exchange) -> bool:
    paid = not (e.simulated or e.reused) and e.failure is None
    return paid and bool(e.answered) and not e.usage.tokens


@dataclass(frozen=True)
class Booked(Around):
    """A chat whose answers are kept, counted and reused."""

    ledger: Ledger

    def ask(self, question: Question[Form]) -> Answer[Form] | ChatFailure:
        """The answer from the store, else from the model as long as the caps allow."""
        key = fingerprint(self.model, question, self.ledger.seed)
        with self.ledger.turn(key):
            return self._known(question, key) or self._asked(question, key)

    def _known(self, question: Question[Form], key: str) -> Answer[Form] | None:
        before = self.ledger.known(key)
        value = forms.read(question.form, before.answered) if before else None
        if before is None or value is None or isinstance(value, list):
            return None
        exchange = self.ledger.enter(before.model_copy(update={"reused": True}))
        return Answer(value, exchange, tuple(question.wrong(value)))

    def _asked(self, question: Question[Form], key: str) -> Answer[Form] | ChatFailure:
        if (reached := self.ledger.exhausted()) is not None:
            return self._failed(question, ChatFailure(kind="spent", message=f"{self.model} is not asked: {reached}"))
        found = self.chat.ask(question)
        if isinstance(found, ChatFailure):
            return self._failed(question, found)
        return Answer(found.value, self.ledger.enter(found.exchange, key), found.doubts)

    def _failed(self, question: Question[Any], failure: ChatFailure) -> ChatFailure:
        more = {"answered": failure.answered, "failure": failure, "usage": failure.usage}
        self.ledger.enter(begun(question, self.model, self.simulated).model_copy(update=more))
        return failure


def fingerprint(model: str, question: Question[Any], seed: int) -> str:
    """32 hex digits that depend on everything an answer depends on."""
    parts = [
        model,
        question.system,
        question.user,
        forms.schema(question.form),
        question.prompt,
        question.attempt,
        seed,
    ]
    return hashlib.blake2b(json.dumps(parts).encode(), digest_size=16).hexdigest()
