"""Expectations guide the search; they need to point the right way, not to be right."""

import pytest
from factories import CPU, GPU, plan, site, situation, step

from diffagent_mcp.knowledge.expect import ceiling, expect
from diffagent_mcp.knowledge.render import change_for
from diffagent_mcp.knowledge.types import Import


def test_fewer_steps_are_faster_and_worse() -> None:
    slow = expect(plan(step("sampler", name="ddim", steps=25)), situation())
    fast = expect(plan(step("sampler", name="ddim", steps=10)), situation())
    assert fast.speedup > slow.speedup > 1
    assert fast.loss > slow.loss and fast.drift > slow.drift


def test_no_plan_passes_the_share_that_is_not_the_denoiser() -> None:
    here = situation()
    wild = plan(step("sampler", name="ddim", steps=4), step("deepcache", interval=8, branch=0))
    assert expect(wild, here).speedup < ceiling(here)


def test_token_merging_is_not_expected_to_help_a_cpu() -> None:
    assert expect(plan(step("tome")), situation(device=CPU)).speedup < 1


def test_changes_are_joined_in_the_order_the_methods_need() -> None:
    whole = plan(
        step("compile", scope="regional"), step("deepcache", interval=2, branch=0), step("fused_qkv"), step("sampler")
    )
    change = change_for(whole, situation())
    text = " ".join(change.setup)
    assert text.index("fuse_qkv") < text.index("deepcache_helper") < text.index("compile_repeated_blocks")
    assert change.imports[0] == Import(module="diffusers", name="DPMSolverMultistepScheduler")
    assert len(change.imports) == len(set(change.imports))


def test_the_cut_off_falls_right_before_a_full_pass_of_the_cache() -> None:
    for steps in (10, 15, 20, 25):
        for interval in (2, 3, 4, 5):
            both = plan(
                step("sampler", name="ddim", steps=steps),
                step("deepcache", interval=interval, branch=0),
                step("guidance_cutoff", after=0.6),
            )
            callback = change_for(both, situation()).call_keywords["callback_on_step_end"]
            index = int(callback.rpartition("=")[2].rstrip(")"))
            assert (index + 1) % interval == 0


def test_half_precision_is_no_gain_where_it_is_used_already() -> None:
    here = situation(device=GPU, pipeline=site(dtype="float16"))
    assert expect(plan(step("precision", dtype="bfloat16")), here).speedup == pytest.approx(1.0)
    assert expect(plan(step("few_step_lora", few_steps=4)), situation()).speedup > 3
