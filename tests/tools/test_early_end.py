"""Measuring ends early on real processes: what cannot win costs a few pictures, what is clear needs no more."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from factories import step
from world import SOURCE, World

from diffagent_mcp.knowledge.types import Candidate, Evaluation, Plan, Target
from diffagent_mcp.tools.measure.baseline import Baseline
from diffagent_mcp.tools.measure.judge import Judge

pytestmark = pytest.mark.slow
LOOKS = {
    "quick": {"looks": (2,), "pairs": 3},
    "final": {"looks": (2,), "pairs": 6, "blocks": 3, "least": 2},
}
SAME = Candidate(plan=Plan(), code=SOURCE + "\n# looked at\n")


@pytest.fixture(scope="module")
def looking(world: World) -> Iterator[Judge]:
    """The world's judge with the same few prompts, looked at on the way."""
    protocols = {name: p.model_copy(update=LOOKS[name]) for name, p in world.judge.protocols.items() if name in LOOKS}
    one = replace(world.judge, protocols=protocols, target=Target(speedup=50.0))
    yield one
    one.close()


def evaluated(judge: Judge, candidate: Candidate, protocol: str = "quick") -> Evaluation:
    found = judge.evaluate(candidate, protocol)
    assert isinstance(found, Evaluation), found
    return found


def test_a_candidate_that_cannot_win_costs_a_few_pictures(looking: Judge) -> None:
    given_up = evaluated(looking, SAME)
    assert (given_up.prompts, given_up.pairs) == (2, 2)
    assert looking.known(SAME) == given_up
    looking.target = Target(latency_s=1000.0)
    assert looking.known(SAME) is None, "for this target it was not looked at long enough"
    whole = evaluated(looking, SAME)
    assert (whole.prompts, whole.pairs) == (4, 3)
    looking.target = None
    assert looking.known(SAME) == whole, "a whole evaluation serves any target"


def test_a_final_answer_takes_as_many_pictures_as_it_needs(looking: Judge, world: World) -> None:
    looking.target = Target(speedup=50.0)
    first = looking.baseline("final")
    assert isinstance(first, Baseline) and first.profile.prompts == 2
    same = evaluated(looking, SAME, "final")
    assert same.prompts == 2 and same.pairs in (4, 6) and same.loss == pytest.approx(0.0, abs=1e-6)
    looking.target = Target(speedup=50.0, max_loss=1e-6)
    other = evaluated(looking, world.written(step("sampler", name="dpmpp_2m", steps=6)), "final")
    assert other.prompts == 4, "two pictures do not say on which side of the bound they are"
    before, after = looking.pair(SAME)
    assert (len(before), len(after)) == (4, 2), "the baseline's pictures were drawn as they were needed"
    kept = looking.baseline("final")
    assert isinstance(kept, Baseline) and kept.profile.prompts == 4 == len(kept.profile.clip_scores)
