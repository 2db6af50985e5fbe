"""Feature reuse, tokens, attention and guidance: what is written, what is refused, and what a record must show."""

import ast
import builtins
import re
from typing import Any

import pytest
from factories import CPU, GPU, LIBRARIES, call_site, plan, site, situation, step, trace

from diffagent_mcp.knowledge import rules
from diffagent_mcp.knowledge.catalogue import CATALOGUE, METHODS, method_of
from diffagent_mcp.knowledge.method import Method
from diffagent_mcp.knowledge.pipelines import CARDS
from diffagent_mcp.knowledge.proof import unproven
from diffagent_mcp.knowledge.render import change_for
from diffagent_mcp.knowledge.situation import Situation
from diffagent_mcp.knowledge.types import Change, DenoiserFacts, Step

KINDS = {"cache", "tokens", "attention", "guidance"}
OURS = [m for m in METHODS if m.kind in KINDS]
BEFORE = trace(attention_kernels=("flash",))
ALL = {**LIBRARIES, "cache-dit": "1.5.3", "xformers": "0.0.40", "sageattention": "2.2.0"}
FLUX = DenoiserFacts(
    attribute="transformer",
    denoiser_class="FluxTransformer2DModel",
    backbone="dit",
    cross_attention=False,
    blocks=57,
    block_classes=("FluxSingleTransformerBlock", "FluxTransformerBlock"),
    cache=True,
    tells=True,
    fuses=True,
    dispatches=True,
)


def at(pipeline_class: str, **changes: Any) -> Situation:
    site_there = site(pipeline_class=pipeline_class, dtype="bfloat16")
    image = 0.8 if "Img2Img" in pipeline_class else None
    return situation(pipeline=site_there, pipeline_class=pipeline_class, libraries=ALL, strength=image, **changes)


def rendered() -> list[tuple[str, Method, Situation, Change]]:
    """What every method writes for every pipeline that it fits, with each of its named settings."""
    found: list[tuple[str, Method, Situation, Change]] = []
    for pipeline_class in sorted({c.pipeline_class for c in CARDS} | {"FluxPipeline"}):
        here = at(pipeline_class, device=GPU, facts=FLUX if pipeline_class == "FluxPipeline" else None)
        for kind in OURS:
            choices = [kind(), *(kind(**{n: v}) for n, vs in kind.genes() for v in vs if isinstance(v, str))]  # type: ignore[arg-type]
            for one in choices if here.backbone in kind.fits else []:
                if one.misfit(here, plan(one.step())) is None:
                    found.append((f"{kind.slug}-{pipeline_class}", one, here, one.change(here, plan(one.step()))))
    heun = at("StableDiffusionPipeline", scheduler="HeunDiscreteScheduler")
    safe = CATALOGUE["deepcache"]()
    return [*found, ("deepcache-Heun", safe, heun, safe.change(heun, plan()))]


RENDERED = rendered()
WRITTEN = pytest.mark.parametrize(("one", "here", "change"), [r[1:] for r in RENDERED], ids=[r[0] for r in RENDERED])


def names_of(change: Change) -> set[str]:
    """What a script knows when the change is in it: imports, definitions, what the set-up assigns."""
    known = {(i.name or i.module).partition(".")[0] for i in change.imports}
    trees = [ast.parse(t.replace("{pipe}", "pipe")) for t in (*change.definitions, *change.setup)]
    for statement in (s for tree in trees for s in tree.body):
        if isinstance(statement, ast.FunctionDef | ast.ClassDef):
            known.add(statement.name)
        known |= {n.id for n in ast.walk(statement) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    return known | {"pipe"}


def missing(code: str, known: set[str]) -> set[str]:
    """Names that the code reads and nobody gives it."""
    tree = ast.parse(code)
    bound = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    bound |= {a.arg for a in ast.walk(tree) if isinstance(a, ast.arg)}
    bound |= {n.name for n in ast.walk(tree) if isinstance(n, ast.FunctionDef | ast.ClassDef)}
    read = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name)}
    return read - bound - known - set(dir(builtins))


@WRITTEN
def test_what_is_written_stands_on_what_it_brings(one: Method, here: Situation, change: Change) -> None:
    known = names_of(change)
    for code in (*change.definitions, *change.setup, *change.call_keywords.values()):
        assert missing(code.replace("{pipe}", "pipe"), known) == set()
    for definition in change.definitions:
        assert "{pipe}" not in definition and max(map(len, definition.splitlines())) <= 120
        assert all(ast.get_docstring(s) for s in ast.parse(definition).body if isinstance(s, ast.FunctionDef))


@WRITTEN
def test_it_is_undone_with_what_it_brought(one: Method, here: Situation, change: Change) -> None:
    statements = one.undo(here)
    assert statements is not None
    for statement in statements:
        assert missing(statement.replace("{pipe}", "pipe"), names_of(change)) == set()
    assert bool(statements) is bool(change.setup), "what is only an argument of the call goes with it"


@pytest.mark.parametrize("kind", OURS, ids=lambda m: m.slug)
def test_it_says_when_it_does_harm_and_which_way_its_knobs_go(kind: type[Method]) -> None:
    assert kind.backfires and not any(s.endswith(".") or s.startswith(("The ", "It ")) for s in kind.backfires)
    assert kind.symptoms or kind.slug == "mag_cache" or kind.slug == "fused_qkv"
    assert all(re.compile(s.pattern) for s in kind.symptoms)


@pytest.mark.parametrize(
    ("pipeline_class", "one", "part"),
    [
        ("DiTPipeline", step("first_block_cache"), "keep_features({pipe}.transformer, FirstBlockCacheConfig("),
        ("FluxPipeline", step("first_block_cache"), "{pipe}.transformer.enable_cache(FirstBlockCacheConfig("),
        ("StableDiffusionPipeline", step("taylorseer"), r'cache_identifiers=[r".*transformer_blocks.*attn\d$"]'),
        ("DiTPipeline", step("taylorseer", scope="whole"), 'cache_identifiers=["proj_out_2"]'),
        ("PixArtSigmaPipeline", step("taylorseer", scope="whole"), 'cache_identifiers=["proj_out"]'),
        ("FluxPipeline", step("taylorseer", scope="whole"), "use_lite_mode=True"),
        ("PixArtSigmaPipeline", step("mag_cache"), "keep_by_magnitude({pipe}.transformer, 50, threshold=0.06"),
        ("StableDiffusionPipeline", step("pyramid_attention"), "keep_features({pipe}.unet, PyramidAttention"),
        ("PixArtSigmaPipeline", step("faster_cache"), 'tensor_format="BCHW"'),
        ("PixArtAlphaPipeline", step("cache_dit"), "cache_dit.enable_cache({pipe}, cache_config=cache_dit.DBCache"),
        ("PixArtAlphaPipeline", step("tome"), "merge_tokens({pipe}.transformer, ratio=0.5, max_downsample=1)"),
        ("StableDiffusionPipeline", step("tome"), "tomesd.apply_patch({pipe}, ratio=0.5"),
        ("DiTPipeline", step("layer_skip", blocks=2), "skip_layers({pipe}.transformer, 2)"),
        ("StableDiffusionPipeline", step("sdpa_kernel", kernel="efficient"), "enable_flash_sdp(False)"),
        ("FluxPipeline", step("attention_backend", backend="sage"), '.set_attention_backend("sage")'),
        ("StableDiffusionPipeline", step("guidance_interval"), "GuidanceInterval(5, 34, ['prompt_embeds'])"),
        (
            "StableDiffusionXLPipeline",
            step("guidance_interval"),
            "'add_text_embeds', 'add_time_ids']",
        ),
        ("StableDiffusionControlNetPipeline", step("guidance_interval"), "['prompt_embeds', 'image']"),
    ],
)
def test_what_is_written_is_this_pipelines_own(pipeline_class: str, one: Step, part: str) -> None:
    here = at(pipeline_class, device=GPU, facts=FLUX if pipeline_class == "FluxPipeline" else None)
    assert rules.problems(plan(one), here) == []
    change = change_for(plan(one), here)
    assert part in " | ".join((*change.setup, *change.call_keywords.values()))


@pytest.mark.parametrize(
    ("pipeline_class", "one", "reason"),
    [
        ("StableDiffusionPipeline", step("mag_cache"), "needs a dit denoiser"),
        ("StableDiffusionPipeline", step("first_block_cache"), "needs a dit denoiser"),
        ("StableDiffusionPipeline", step("taylorseer", scope="whole"), "return several tensors; use scope=attention"),
        ("StableDiffusionPipeline", step("faster_cache"), "the timestep as a bare number"),
        ("DiTPipeline", step("faster_cache"), "puts the conditional half first"),
        ("PixArtAlphaPipeline", step("faster_cache"), "takes picture sizes for both halves"),
        ("StableDiffusionPipeline", step("attention_backend"), "accepted and changes nothing; use sdpa_kernel"),
        ("PixArtSigmaPipeline", step("attention_backend"), "PixArtSigmaPipeline's layers call PyTorch's attention"),
        ("DiTPipeline", step("sage_attention"), "heads have 72 channels"),
        ("FluxPipeline", step("mag_cache"), "our adapter was not tried with it"),
        ("FluxPipeline", step("tome"), "no blocks that tomesd knows"),
        ("StableDiffusionInpaintPipeline", step("guidance_interval"), "not known which tensors"),
        ("PixArtAlphaPipeline", step("guidance_interval"), "needs a unet denoiser"),
    ],
)
def test_what_would_do_nothing_is_refused(pipeline_class: str, one: Step, reason: str) -> None:
    here = at(pipeline_class, device=GPU, facts=FLUX if pipeline_class == "FluxPipeline" else None)
    found = [p.message for p in rules.problems(plan(one), here)]
    assert any(reason in f for f in found), found


@pytest.mark.parametrize(
    ("one", "changes", "reason"),
    [
        (step("taylorseer"), {"steps": 3}, "of 3 none is left to predict"),
        (step("pyramid_attention"), {"steps": 2}, "fewer than two steps"),
        (step("guidance_interval"), {"guidance_scale": 1.0}, "guidance is already off"),
        (
            step("guidance_interval"),
            {"pipeline": site(calls=(call_site(ip_adapter_image="picture"),))},
            "no callback can reach it",
        ),
        (
            step("faster_cache"),
            {"pipeline_class": "PixArtSigmaPipeline", "pipeline": site(applied=("model_offload",))},
            "halving goes with it",
        ),
        (step("sage_attention"), {"pipeline": site(), "device": GPU}, "runs in float32"),
        (step("sdpa_kernel", kernel="flash"), {"pipeline": site(), "device": GPU}, "float16 and bfloat16 only"),
        (step("sdpa_kernel"), {"device": CPU}, "needs cuda"),
        (step("taylorseer"), {"libraries": {**ALL, "diffusers": "0.35.1"}}, "needs diffusers>=0.42"),
    ],
)
def test_what_does_not_fit_the_call_says_why(one: Step, changes: dict[str, Any], reason: str) -> None:
    here = at("StableDiffusionPipeline").model_copy(update=changes)
    found = [p.message for p in rules.problems(plan(one), here)]
    assert any(reason in f for f in found), found


@pytest.mark.parametrize(
    ("one", "shown", "inert"),
    [
        (step("first_block_cache"), {"self_attention_calls": 120, "cross_attention_calls": 120}, "nothing was reused"),
        (step("mag_cache"), {"self_attention_calls": 120, "cross_attention_calls": 120}, "nothing was reused"),
        (step("pyramid_attention"), {"self_attention_calls": 230}, "nothing was reused"),
        (step("faster_cache"), {"self_attention_calls": 230}, "nothing was reused"),
        (step("cache_dit"), {"self_attention_calls": 120}, "nothing was reused"),
        (step("layer_skip"), {"self_attention_calls": 300, "cross_attention_calls": 300}, "nothing was reused"),
        (step("taylorseer", interval=3), {"self_attention_calls": 133, "cross_attention_calls": 133}, "nothing was"),
        (step("guidance_interval"), {"batch_sizes": {"2": 31, "1": 19}}, "never switched off"),
        (step("sdpa_kernel", kernel="cudnn"), {"attention_kernels": ("cudnn", "math")}, "never on cudnn"),
        (step("attention_backend"), {"attention_kernels": ("cudnn",)}, "ran on flash, as before"),
        (step("xformers"), {"methods": {"xformers": {}}}, "no attention layer has xformers' processor"),
        (
            step("sage_attention"),
            {"methods": {"sage_attention": {}}, "attention_kernels": ("math",)},
            "still its own",
        ),
    ],
    ids=lambda v: v.method if isinstance(v, Step) else "",
)
def test_a_method_is_proven_by_its_counter_and_refused_without(one: Step, shown: dict[str, Any], inert: str) -> None:
    assert unproven(plan(one), trace(**{"attention_kernels": ("flash",), **shown}), BEFORE) == []
    found = unproven(plan(one), BEFORE, BEFORE)
    assert any(f.method == one.method and inert in f.message for f in found), found


def test_a_prediction_that_skips_too_much_is_refused() -> None:
    """Interval 3 of 50 calls needs 19 full passes: three at first, then every third."""
    one = method_of(step("taylorseer", interval=3))
    stale = trace(self_attention_calls=70, cross_attention_calls=70)
    assert one is not None and "10 full passes ran where interval 3 needs 19" in str(one.unproven(stale, BEFORE))


def test_sage_that_falls_back_everywhere_is_inert() -> None:
    shown = trace(methods={"sage_attention": {}}, attention_kernels=("flash",))
    assert "no layer has heads that fit" in unproven(plan(step("sage_attention")), shown, BEFORE)[0].message


@pytest.mark.parametrize("kind", [m for m in OURS if m.kind == "cache"], ids=lambda m: m.slug)
def test_one_cache_at_a_time_and_none_is_compiled(kind: type[Method]) -> None:
    caches = {m.slug for m in OURS if m.kind == "cache"}
    assert kind.clashes >= caches - {kind.slug}
    assert kind.slug == "deepcache" or "compile" in kind.clashes


@pytest.mark.parametrize(
    ("scheduler", "sampler", "ours"),
    [
        ("DDIMScheduler", None, False),
        ("HeunDiscreteScheduler", None, True),
        ("HeunDiscreteScheduler", step("sampler", name="keep", steps=20), True),
        ("HeunDiscreteScheduler", step("sampler", name="dpmpp_2m", steps=20), False),
    ],
)
def test_deepcache_counts_where_looking_up_fails(scheduler: str, sampler: Step | None, ours: bool) -> None:
    asked = plan(step("deepcache"), *([sampler] if sampler else []))
    offloaded = situation(pipeline=site(applied=("model_offload",)))
    assert "SafeDeepCache(" in change_for(plan(step("deepcache")), offloaded).setup[0]
    change = change_for(asked, situation(scheduler=scheduler))
    assert ("SafeDeepCache(pipe={pipe})" in change.setup[0]) is ours and bool(change.definitions) is ours
