"""Known symptoms are repaired by the smallest change; unknown ones are left alone."""

from factories import plan, step

from diffagent_mcp.agents.debugger import repair
from diffagent_mcp.knowledge.types import Crashed, NotProven, TimedOut

BOTH = plan(step("sampler", name="ddim", steps=20), step("deepcache", interval=3, branch=0), step("guidance_cutoff"))


def crashed(message: str, evidence: str = "") -> Crashed:
    return Crashed(message=message, evidence=evidence, stage="call", error="RuntimeError")


def test_an_inert_method_is_left_out() -> None:
    fixed = repair(BOTH, NotProven(method="deepcache", message="nothing was reused"))
    assert fixed is not None and [s.method for s in fixed.plan.steps] == ["sampler", "guidance_cutoff"]


def test_a_symptom_that_names_its_repair_changes_a_knob() -> None:
    one = plan(step("compile", scope="regional"))
    failure = crashed("ValueError: Regional compilation failed because ['BasicTransformerBlock'] classes are not found")
    fixed = repair(one, failure)
    assert fixed is not None and fixed.plan == plan(step("compile", scope="whole"))
    assert repair(fixed.plan, failure) is None


def test_a_batch_that_changed_under_the_cache_costs_one_method() -> None:
    fixed = repair(BOTH, crashed("RuntimeError: Sizes of tensors must match except in dimension 1"))
    assert fixed is not None and len(fixed.plan.steps) == 2


def test_what_nobody_knows_is_not_guessed_at() -> None:
    assert repair(BOTH, crashed("ZeroDivisionError at line 3: division by zero")) is None
    assert repair(BOTH, TimedOut(message="no answer", stage="call", after_s=60)) is None


def test_evidence_is_read_too() -> None:
    fixed = repair(plan(step("tgate")), crashed("ValueError", "not enough values to unpack (expected 2, got 1)"))
    assert fixed is not None and fixed.plan == plan()
