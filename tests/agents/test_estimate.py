"""Stated probabilities against what was recorded: the landscapes of docs/results, one plan left out at a time."""

import random
from collections.abc import Sequence
from functools import cache
from itertools import pairwise
from pathlib import Path
from statistics import fmean

import pytest
from factories import CPU, LIBRARIES, plan, situation, step

from diffagent_mcp.agents.estimate import RUNGS, Memory, odds
from diffagent_mcp.agents.forecast import LEVEL, Forecast, Forecaster, Lean
from diffagent_mcp.bench.calibration.landscape import imported
from diffagent_mcp.knowledge.chance import LIKELY, UNLIKELY, WORDS, about, word
from diffagent_mcp.knowledge.experience import Experience, Setback
from diffagent_mcp.knowledge.rules import usable
from diffagent_mcp.knowledge.types import Environment, Target

FOLDER = Path(__file__).parents[2] / "docs" / "results" / "landscapes"
TARGET = Target(speedup=2.0)
SPEEDS = (1.25, 1.5, 2.0, 2.5, 3.0, 4.0)
HERE = Environment(device=CPU, python="3.11", libraries=LIBRARIES)
FOLDS = 5
Said = list[tuple[float, bool]]
"""what was said to be the chance, and whether it came true"""


@cache
def recorded() -> dict[str, tuple[Experience, ...]]:
    """Baseline -> its recorded plans as experiences."""
    return {
        one.ground.baseline: tuple(
            Experience(
                situation=one.ground.situation,
                environment=one.ground.environment,
                plan=t.plan,
                speedup=t.measured.speedup,
                loss=t.measured.loss,
                drift=t.measured.drift,
                peak_mb=t.measured.peak_mb,
                baseline_peak_mb=one.ground.profile.peak_mb,
            )
            for t in one.trials
            if t.measured is not None
        )
        for one in imported(FOLDER)
    }


@cache
def forecasts(lean: Lean) -> tuple[tuple[Forecast, Experience], ...]:
    """Every recorded plan with what was to be said of it: from four fifths of its landscape, or from nothing."""
    found: list[tuple[Forecast, Experience]] = []
    for many in recorded().values():
        for fold in range(FOLDS):
            others = [one for n, one in enumerate(many) if n % FOLDS != fold] if lean == "here" else []
            forecaster = Forecaster(many[0].situation, others, (), lean, "zoo")
            found += [(forecaster.forecast(one.plan), one) for one in many[fold::FOLDS]]
    return tuple(found)


def said(lean: Lean) -> Said:
    return [(f.meets(s, TARGET), came_true(one, s)) for f, one in forecasts(lean) for s in SPEEDS]


def came_true(one: Experience, speedup: float) -> bool:
    return one.speedup >= speedup and one.loss <= TARGET.max_loss and one.drift <= (TARGET.max_drift or 1)


def share(pairs: Sequence[tuple[float, bool]]) -> float:
    return fmean(true for _, true in pairs)


def put_forward(known: int = 25, repeats: int = 4) -> Said:
    """What was said of the plan that would be put forward, out of those that are not known yet."""
    found: Said = []
    for many in recorded().values():
        for n in range(repeats):
            drawn = random.Random(n).sample(many, len(many))
            forecaster = Forecaster(many[0].situation, drawn[:known], (), "here", "zoo")
            unseen = [(forecaster.forecast(one.plan), one) for one in drawn[known:]]
            best = [max(unseen, key=lambda pair: pair[0].meets(s, TARGET)) for s in SPEEDS]
            found += [(f.meets(s, TARGET), came_true(one, s)) for (f, one), s in zip(best, SPEEDS, strict=True)]
    return found


def table() -> str:
    """What docs/memory.md says of how often words came true."""
    columns = (said("nothing"), said("here"), put_forward())
    rows = [f"| {name} | {' | '.join(cell(name, c) for c in columns)} |" for _, name in WORDS]
    return "\n".join(rows)


def cell(name: str, pairs: Said) -> str:
    mine = [p for p in pairs if word(p[0]) == name]
    if not mine:
        return "never said"
    return f"{100 * fmean(p for p, _ in mine):.0f}% said, {100 * share(mine):.0f}% true ({len(mine)})"


def test_the_page_says_how_often_words_came_true() -> None:
    page = (FOLDER.parents[1] / "memory.md").read_text(encoding="utf-8")
    assert table() in page, f"docs/memory.md should say:\n{table()}"


def test_what_is_put_forward_as_likely_comes_true_in_most_cases() -> None:
    likely = [p for p in put_forward() if p[0] >= LIKELY]
    assert len(likely) >= 20 and share(likely) >= 0.6


def test_what_is_called_likely_comes_true_more_often_than_not() -> None:
    here = said("here")
    likely = [p for p in here if p[0] >= LIKELY]
    assert len(likely) >= 50 and share(likely) >= LIKELY
    assert share([p for p in here if p[0] >= 0.9]) >= 0.9
    assert share([p for p in here if p[0] < UNLIKELY]) <= 0.1


def test_the_knowledge_base_alone_says_likely_seldom_and_keeps_it() -> None:
    nothing = said("nothing")
    likely = [p for p in nothing if p[0] >= LIKELY]
    assert likely and share(likely) >= 0.6
    assert share([p for p in nothing if p[0] < 0.1]) <= 0.1
    assert len(likely) < len([p for p in said("here") if p[0] >= LIKELY]), "experience makes surer"


@pytest.mark.parametrize("lean", ["here", "nothing"])
def test_every_word_keeps_within_its_bounds(lean: Lean) -> None:
    """Mean stated probability and share that came true, for each word that was said often enough to tell."""
    for low, name in WORDS:
        mine = [p for p in said(lean) if word(p[0]) == name]
        if len(mine) >= 25:
            assert share(mine) >= low - 0.1, (name, len(mine))
            claimed_too_much = fmean(p for p, _ in mine) - share(mine)
            assert claimed_too_much < 0.15, (name, len(mine))
            assert lean == "nothing" or claimed_too_much > -0.2, "where others are known, it is not too cautious either"


@pytest.mark.parametrize("lean", ["here", "nothing"])
def test_intervals_hold_what_they_say(lean: Lean) -> None:
    within = [f.speedup_interval.low <= e.speedup <= f.speedup_interval.high for f, e in forecasts(lean)]
    assert fmean(within) >= LEVEL


def test_less_is_claimed_where_less_is_known() -> None:
    many = recorded()["B01"]
    about, others, strangers = many[0], many[1:], recorded()["B31"]
    known, lent, bare = (
        Forecaster(about.situation, them, (), "here", "zoo").forecast(about.plan).belief.speed.sd
        for them in (others, strangers, ())
    )
    assert known < lent <= bare
    unmeasured = about.situation.model_copy(update={"stages": None})
    assert Forecaster(unmeasured).forecast(about.plan).belief.speed.sd > bare, "the denoiser's share is only assumed"


def test_what_failed_is_less_probable_and_is_not_put_forward() -> None:
    bad = plan(step("deepcache", interval=3, branch=0))
    near = plan(step("deepcache", interval=4, branch=0))
    setback = Setback(situation=situation(), environment=HERE, plan=bad, failure="crashed", sentence="it crashed")
    before = Forecaster(situation()).forecast(near)
    after = Forecaster(situation(), (), [setback]).forecast(near)
    assert after.fails > 2 * before.fails and after.meets(1.5, TARGET) < before.meets(1.5, TARGET)
    found = odds(situation(), TARGET, 2.0, Memory(setbacks=[setback]), ["deepcache"], random.Random(0))
    assert found.forecasts and bad not in [f.plan for f in found.forecasts]


def test_chances_fall_with_speed_and_the_ceiling_is_the_denoisers() -> None:
    here = situation()
    found = odds(here, TARGET, 2.0, Memory(), usable(here), random.Random(0))
    chances = [found.chance(s) for s in RUNGS]
    assert all(a >= b - 0.03 for a, b in pairwise(chances)) and chances[0] > LIKELY > chances[-1]
    assert found.ceiling == pytest.approx(10.0)
    (best, chance), *_ = found.best(2.0, 3)
    assert chance == pytest.approx(found.chance(2.0)) and best.keeps(TARGET) > 0.5
    again = odds(here, TARGET, 2.0, Memory(), usable(here), random.Random(0))
    assert [f.plan for f in again.forecasts] == [f.plan for f in found.forecasts]


def test_nothing_allowed_is_no_chance() -> None:
    found = odds(situation(), TARGET, 2.0, Memory(), [], random.Random(0))
    assert found.forecasts == [] and found.chance(2.0) == 0.0 and found.within is None


SPOKEN = [
    (0.0, "very unlikely", "under 5%"),
    (0.12, "unlikely", "about 10%"),
    (0.5, "as likely as not", "about 50%"),
    (0.74, "likely", "about 75%"),
    (0.93, "very likely", "about 95%"),
    (1.0, "very likely", "over 95%"),
]


@pytest.mark.parametrize(("chance", "name", "number"), SPOKEN)
def test_words_and_round_numbers(chance: float, name: str, number: str) -> None:
    assert (word(chance), about(chance)) == (name, number)
