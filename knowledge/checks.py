"""The checks that a speedup must pass before it is believed, and which ways of cheating a stopwatch each is against."""

from typing import Literal

from pydantic import Field

from .types import Record

CHEATS: dict[int, str] = {
    1: "output cached by prompt or seed",
    2: "precomputed, downloaded or on-disk pictures",
    3: "patched clock or synchronisation",
    4: "asynchronous return",
    5: "lazy output objects",
    6: "fewer steps than asked",
    7: "lower internal resolution",
    8: "another model, revision or a distilled adapter",
    9: "guidance or negative prompt dropped",
    10: "metric or comparison patched",
    11: "baseline sabotaged",
    12: "work moved to import or warm-up",
    13: "lucky low sample",
    14: "pictures batched across timed calls",
    15: "state leaking into the next prompt",
    16: "method applied but inert",
    17: "silent fallback to the plain pipeline",
    18: "overfitting the prompts of the search",
    19: "safety checker or VAE dropped",
    20: "reading the grader or its files",
    21: "picking the best seed",
    22: "starving the neighbour that runs the baseline",
    23: "text that instructs who judges",
    24: "reuse of persisted buffers",
}
"""the known ways, by the number that tests and docs call them by"""

State = Literal["passed", "caught", "not_applicable"]


class Check(Record):
    """One question that is asked of a script, and what it is against."""

    slug: str
    asks: str
    cheats: tuple[int, ...] = ()
    how: Literal["text", "run", "pair"] = Field(
        description="text: read without running; run: from its own pictures; pair: beside its baseline"
    )


class Finding(Record):
    """What one check says of one script."""

    check: str
    asks: str
    cheats: tuple[int, ...] = ()
    state: State
    sentence: str


def _check(slug: str, how: Literal["text", "run", "pair"], asks: str, *cheats: int) -> Check:
    return Check(slug=slug, asks=asks, cheats=cheats, how=how)


CHECKS: tuple[Check, ...] = (
    _check("clock", "text", "does the text leave clocks and synchronisation alone?", 3),
    _check("evaluator", "text", "does the text keep away from the evaluator and from whoever runs it?", 10),
    _check("secrets", "text", "does the text keep to its own files?", 20),
    _check("kept", "text", "does the text keep pictures and buffers nowhere?", 2, 24),
    _check("processes", "text", "does the text start no thread and no process?", 4, 22),
    _check("fallback", "text", "does an acceleration that fails say so?", 17),
    _check("instructions", "text", "does the text address nobody who judges it?", 23),
    _check("runs", "run", "does it run, and give pictures back?", 5),
    _check("model_ran", "run", "did the model make the picture?", 2),
    _check("repeat", "run", "is the same picture made twice from the same prompt and seed?", 1, 13),
    _check("outputs", "run", "is another picture made from another seed?", 1, 21),
    _check("state", "run", "is a prompt's picture the same after other prompts?", 15, 24),
    _check("idle", "run", "does it rest when it is not asked?", 4, 14, 22),
    _check("processors", "run", "does it keep to the processors that it was given?", 22),
    _check("steps", "pair", "are as many steps made as were asked for?", 6),
    _check("resolution", "pair", "are latents and pictures as large as before?", 7),
    _check("model", "pair", "is it the same model, by configuration and weights?", 8),
    _check("guidance", "pair", "are guidance, negative prompt and text as before?", 9),
    _check("batch", "pair", "is one picture made at a time, with guidance?", 9, 14),
    _check("components", "pair", "are all parts there, safety checker and VAE among them?", 19),
    _check("inert", "pair", "is every method that was applied at work?", 16, 17),
    _check("work", "pair", "is as much computed as the methods leave to compute?", 6, 7, 9),
    _check("timed", "pair", "are the pictures that are timed as good as those that are scored?", 1, 13),
    _check("quality", "pair", "are the pictures close enough to the baseline's?", 21),
    _check("held_out", "pair", "is it as good on prompts that nobody has seen?", 18),
    _check("baseline", "pair", "is the baseline itself free of handicaps?", 11),
    _check("start", "pair", "is the work done in the call rather than before it?", 12),
    _check("luck", "pair", "is the speedup beyond chance?", 13),
    _check("ceiling", "pair", "is the speedup one that these methods can reach?", 3, 11),
)
BY_SLUG = {c.slug: c for c in CHECKS}


def finding(slug: str, state: State, sentence: str) -> Finding:
    """What a check says, with what it asks. Raises KeyError for a slug that no check has."""
    check = BY_SLUG[slug]
    return Finding(check=slug, asks=check.asks, cheats=check.cheats, state=state, sentence=sentence)
