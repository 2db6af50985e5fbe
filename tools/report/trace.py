"""The trace of a run as a page: what each agent saw, said and cost, and how plans descend from each other."""

from collections.abc import Iterator, Sequence
from typing import Any

from ...knowledge.types import Event, Exchange, Outcome, Trial, as_json
from . import summary
from .html import templates
from .lineage import HIGH, WIDE, lineage
from .record import Moment
from .text import clean, counted, seconds


def page(outcome: Outcome, moments: Sequence[Moment]) -> str:
    """One file that fetches nothing."""
    asked = [m.what for m in moments if isinstance(m.what, Exchange)]
    return (
        templates()
        .get_template("trace.html.j2")
        .render(
            script=outcome.script.path,
            headline=summary.headline(outcome),
            effort=summary.effort_sentence(outcome),
            conditions=summary.where(outcome.environment),
            agents=", ".join(outcome.asked) or "offline: no language model was asked",
            simulated=outcome.simulated,
            cost=cost(asked),
            picture=lineage(outcome),
            node={"width": WIDE, "height": HIGH},
            moments=list(_moments(outcome, moments)),
        )
    )


def cost(asked: Sequence[Exchange]) -> str:
    """`4 questions: 3 asked now, 1 from the store`"""
    if not asked:
        return ""
    kept = sum(e.reused for e in asked)
    return f"{counted(len(asked), 'question')}: {len(asked) - kept} asked now, {kept} from the store"


def _moments(outcome: Outcome, moments: Sequence[Moment]) -> Iterator[dict[str, Any]]:
    shown: set[int] = set()
    for moment in moments:
        at, what = seconds(moment.at), moment.what
        if isinstance(what, Exchange):
            yield {"at": at, "exchange": as_json(what), "money": _money(what)}
        else:
            yield {"at": at, "exchange": None, **_event(outcome, what, shown)}


def _event(outcome: Outcome, event: Event, shown: set[int]) -> dict[str, Any]:
    """Each candidate is a place to link to where it is heard of first, and is shown as it was known then."""
    trial, anchor = event.trial, None
    if trial is not None and trial.number not in shown:
        anchor = f"candidate-{trial.number}"
        shown.add(trial.number)
    return {"said": clean(event.sentence), "anchor": anchor, "row": None if trial is None else _row(outcome, trial)}


def _row(outcome: Outcome, trial: Trial) -> dict[str, Any]:
    """A candidate with its verdict; `by_model` says that a language model wrote its code."""
    (row,) = summary.candidates_table(outcome.model_copy(update={"trials": (trial,)}))
    by_model = trial.candidate is not None and trial.candidate.author == "model"
    return {"it": row, "won": row.mark == "winner" and trial.final is not None, "by_model": by_model}


def _money(e: Exchange) -> str:
    if e.reused:
        return "from the store, nothing paid"
    price = "price not known" if e.usage.usd is None else f"{e.usage.usd:.4f} USD"
    return f"{counted(e.usage.requests, 'request')}, {counted(e.usage.tokens, 'token')}, {price}, {seconds(e.seconds)}"
