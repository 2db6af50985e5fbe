"""Samplers, precision, compilation, VAE, pipeline and memory: what is written, refused, and must show in a record."""

import ast
import builtins
import re
from typing import Any

import pytest
from factories import CPU, GPU, LIBRARIES, call_site, plan, site, situation, step, trace

from diffagent_mcp.knowledge import rules
from diffagent_mcp.knowledge.borrowed import DISTILLED, FP16_VAE, TINY_VAES, family_of
from diffagent_mcp.knowledge.catalogue import CATALOGUE, METHODS, method_of
from diffagent_mcp.knowledge.method import Method
from diffagent_mcp.knowledge.methods.sampler import CLASSES, SAMPLERS_BY_CLASS, swap
from diffagent_mcp.knowledge.pipelines import CARDS, EVERY_CARD
from diffagent_mcp.knowledge.proof import unproven
from diffagent_mcp.knowledge.render import change_for
from diffagent_mcp.knowledge.situation import Situation
from diffagent_mcp.knowledge.steps import steps_of
from diffagent_mcp.knowledge.types import Change, DenoiserFacts, Step

KINDS = {"sampler", "precision", "compile", "layout", "vae", "pipeline", "memory", "parallel"}
OURS = [m for m in METHODS if m.kind in KINDS]
BEFORE = trace(timestep_spacing="leading", vae_class="AutoencoderKL", vae_id="the pipeline's", weights={"float32": 9})
ALL = {
    **LIBRARIES,
    "peft": "0.21.2",
    "accelerate": "1.15.0",
    "torchao": "0.18.0",
    "optimum-quanto": "0.2.7",
    "bitsandbytes": "0.50.2",
    "invisible-watermark": "0.2.0",
}


def at(pipeline_class: str, **changes: Any) -> Situation:
    image = 0.8 if "Img2Img" in pipeline_class else None
    there = site(pipeline_class=pipeline_class, dtype=changes.pop("dtype", None))
    known = situation(pipeline=there, pipeline_class=pipeline_class, libraries=ALL, strength=image, device=GPU)
    return known.model_copy(update=changes)


def rendered() -> list[tuple[str, Method, Situation, Change]]:
    """What every method writes for every pipeline that it fits, with each of its named settings."""
    found: list[tuple[str, Method, Situation, Change]] = []
    for pipeline_class in sorted({c.pipeline_class for c in CARDS}):
        here = at(pipeline_class)
        for kind in OURS:
            choices = [kind(), *(kind(**{n: v}) for n, vs in kind.genes() for v in vs if isinstance(v, str))]  # type: ignore[arg-type]
            for one in choices if here.backbone in kind.fits else []:
                if one.misfit(here, plan(one.step())) is None:
                    found.append((f"{kind.slug}-{pipeline_class}", one, here, one.change(here, plan(one.step()))))
    return found


RENDERED = rendered()
WRITTEN = pytest.mark.parametrize(("one", "here", "change"), [r[1:] for r in RENDERED], ids=[r[0] for r in RENDERED])


def names_of(change: Change, *more: str) -> set[str]:
    """What a script knows when the change is in it: imports, definitions, what the set-up and `more` bring."""
    known = {(i.name or i.module).partition(".")[0] for i in change.imports}
    texts = (*change.definitions, *change.setup, *more)
    for node in (n for t in texts for n in ast.walk(ast.parse(t.replace("{pipe}", "pipe")))):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            known.add(node.name)
        elif isinstance(node, ast.Import):
            known |= {a.name for a in node.names}
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            known.add(node.id)
    return known | {"pipe"}


def missing(code: str, known: set[str]) -> set[str]:
    """Names that the code reads and nobody gives it."""
    tree = ast.parse(code.replace("{pipe}", "pipe"))
    bound = {a.arg for a in ast.walk(tree) if isinstance(a, ast.arg)}
    bound |= {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    read = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name)}
    return read - bound - known - set(dir(builtins))


@WRITTEN
def test_what_is_written_stands_on_what_it_brings(one: Method, here: Situation, change: Change) -> None:
    known = names_of(change)
    expressions = (*change.call_keywords.values(), *change.load_keywords.values())
    for code in (*change.definitions, *change.setup, *expressions, change.scheduler or "pipe"):
        assert missing(code, known) == set()
    for definition in change.definitions:
        assert "{pipe}" not in definition and max(map(len, definition.splitlines())) <= 120
        assert all(ast.get_docstring(s) for s in ast.parse(definition).body if isinstance(s, ast.FunctionDef))


@WRITTEN
def test_it_is_undone_with_what_it_brought(one: Method, here: Situation, change: Change) -> None:
    statements = one.undo(here)
    for statement in statements or ():
        assert missing(statement, names_of(change, *(statements or ()))) == set()
    if statements is not None:
        lasting = bool(change.setup or change.scheduler)
        assert bool(statements) is lasting, "what is only an argument of the call goes with it"


@pytest.mark.parametrize("kind", OURS, ids=lambda m: m.slug)
def test_it_says_when_it_does_harm(kind: type[Method]) -> None:
    assert kind.backfires and not any(s.endswith(".") or s.startswith(("The ", "It ")) for s in kind.backfires)
    assert all(re.compile(s.pattern) for s in kind.symptoms)


@pytest.mark.parametrize("kind", OURS, ids=lambda m: m.slug)
def test_a_repair_is_a_setting_that_it_has(kind: type[Method]) -> None:
    repaired = [kind(**{**kind().model_dump(), **(s.params or {})}) for s in kind.symptoms]
    assert all(method_of(r.step()) == r for r in repaired)


def test_the_first_samplers_write_what_they_always_wrote() -> None:
    first = ("ddim", "dpmpp_2m", "unipc", "euler")
    assert next(CATALOGUE["sampler"].genes())[1][:5] == ["keep", *first]
    assert [SAMPLERS_BY_CLASS[CLASSES[n]] for n in first] == list(first)
    for name in first:
        change = change_for(
            plan(step("sampler", name=name)), at("PixArtSigmaPipeline", scheduler="HeunDiscreteScheduler")
        )
        unclipped = ", clip_sample=False" if name == "ddim" else ""
        assert (
            change.scheduler
            == f"{{pipe}}.scheduler = {CLASSES[name]}.from_config({{pipe}}.scheduler.config{unclipped})"
        )
    assert (
        swap("DDIMScheduler", "DiTPipeline") == "{pipe}.scheduler = DDIMScheduler.from_config({pipe}.scheduler.config)"
    )


SD, XL, DIT = "StableDiffusionPipeline", "StableDiffusionXLPipeline", "DiTPipeline"
HALF = step("precision", dtype="float16")


@pytest.mark.parametrize(
    ("pipeline_class", "steps", "part"),
    [
        (SD, [step("sampler", name="dpmpp_2m_karras")], "scheduler.config, use_karras_sigmas=True)"),
        (SD, [step("sampler", name="dpmpp_2m_sde")], 'algorithm_type="sde-dpmsolver++")'),
        (SD, [step("sampler", name="deis")], "DEISMultistepScheduler.from_config({pipe}.scheduler.config)"),
        (SD, [step("timestep_spacing")], '.register_to_config(timestep_spacing="trailing")'),
        (SD, [step("few_step_lora")], 'load_lora_weights("latent-consistency/lcm-lora-sdv1-5", weight_name='),
        (XL, [step("few_step_lora", distilled="tcd")], 'load_lora_weights("h1t/TCD-SDXL-LoRA"'),
        (SD, [step("tf32")], "torch.backends.cuda.matmul.allow_tf32 = True"),
        (DIT, [step("layerwise_casting")], "torch.float8_e4m3fn, compute_dtype={pipe}.transformer.dtype"),
        (SD, [step("torchao")], "quantize_({pipe}.unet, Int8WeightOnlyConfig())"),
        (
            DIT,
            [step("torchao", scheme="float8_dynamic"), step("compile", scope="whole")],
            "Float8DynamicActivationFloat8WeightConfig()) | {pipe}.transformer = torch.compile",
        ),
        (SD, [step("quanto", bits="int4")], "quantize({pipe}.unet, weights=qint4) | freeze({pipe}.unet)"),
        (DIT, [step("bitsandbytes")], 'in_fewer_bits("transformer", "8bit")'),
        (SD, [step("compile", scope="whole", mode="reduce-overhead")], 'compile({pipe}.unet, mode="reduce-overhead")'),
        (DIT, [step("compile")], '_repeated_blocks = ["BasicTransformerBlock"] | {pipe}.transformer.compile_repeated'),
        (SD, [step("compile", mode="max-autotune-no-cudagraphs")], 'repeated_blocks(mode="max-autotune-no-'),
        (DIT, [step("tiny_vae")], 'AutoencoderTiny.from_pretrained("madebyollin/taesd")'),
        ("PixArtSigmaPipeline", [step("tiny_vae")], '"madebyollin/taesdxl").to({pipe}.usual_vae.device'),
        (XL, [HALF, step("fp16_vae")], f'from_pretrained("{FP16_VAE}")'),
        (SD, [step("vae_tiling")], "{pipe}.vae.enable_tiling()"),
        (SD, [step("vae_slicing")], "{pipe}.vae.enable_slicing()"),
        (SD, [step("prompt_cache", entries=64)], "remember_prompts({pipe}, 64)"),
        (SD, [step("group_offload", level="block_level")], "num_blocks_per_group=1, use_stream=True"),
        (SD, [step("batching", pictures=2)], "2"),
    ],
    ids=lambda v: "+".join(s.method for s in v) if isinstance(v, list) else "",
)
def test_what_is_written_is_this_pipelines_own(pipeline_class: str, steps: list[Step], part: str) -> None:
    here = at(pipeline_class)
    assert rules.problems(plan(*steps), here) == []
    change = change_for(plan(*steps), here)
    code = (*change.setup, change.scheduler or "", *change.call_keywords.values(), *change.load_keywords.values())
    assert part in " | ".join(code)


@pytest.mark.parametrize(
    ("here", "steps", "reason"),
    [
        (at(DIT), [step("sampler", name="dpmpp_2m_sde")], "draws another picture each time"),
        (at("FluxPipeline"), [step("sampler", name="dpmpp_2m_karras")], "flow matching"),
        (at("FluxPipeline"), [step("timestep_spacing")], "spaced by a shift"),
        (at("StableDiffusion3Pipeline"), [step("few_step_lora")], "needs a unet denoiser"),
        (at(SD, steps=3), [step("few_step_lora")], "runs 3 steps already"),
        (at(XL, steps=1), [step("deepcache")], "a single step is run"),
        (at("FluxPipeline"), [step("precision", dtype="float16")], "clipped in float16"),
        (at(SD), [step("few_step_lora"), step("guidance_cutoff")], "cannot be combined with guidance_cutoff"),
        (at(SD), [step("few_step_lora"), step("sampler")], "cannot be combined with sampler"),
        (at(SD, dtype="float16"), [step("tf32")], "TF32 is about float32"),
        (at(SD), [HALF, step("tf32")], "the plan has half precision"),
        (at(SD, device=CPU), [step("tf32")], "needs cuda"),
        (at(SD), [step("torchao", scheme="int8_dynamic")], "unless it is compiled"),
        (at(SD), [step("torchao"), step("quanto")], "cannot be combined with quanto"),
        (at(SD, libraries=LIBRARIES), [step("quanto")], "pip install optimum-quanto"),
        (
            at(SD, libraries={**ALL, "torchao": "0.9.0"}),
            [step("torchao")],
            "needs torchao>=0.15; the project has 0.9.0",
        ),
        (at(SD), [step("compile", mode="max-autotune")], "scope=whole"),
        (at(SD, device=CPU), [step("compile", scope="whole", mode="max-autotune")], "about GPU kernels"),
        (at(SD), [HALF, step("fp16_vae")], "is no SDXL"),
        (at(XL, dtype="bfloat16"), [step("fp16_vae")], "overflows in float16 only"),
        (at("AuraFlowPipeline"), [step("tiny_vae")], "no tiny autoencoder is known"),
        (at(SD, at_hand=("x/y",)), [step("tiny_vae")], "madebyollin/taesd is not in the models' cache: hf download"),
        (at(XL, at_hand=()), [step("few_step_lora")], "latent-consistency/lcm-lora-sdxl is not in the models' cache"),
        (at(DIT), [step("prompt_cache")], "no text encoder"),
        (at(DIT), [step("batching")], "a picture for each class"),
        (at(SD, images_per_call=4), [step("batching")], "4 pictures a call already"),
        (at(SD), [step("watermark")], "writes no watermark"),
        (at(SD, device=CPU), [step("model_offload")], "needs cuda; this device is cpu"),
        (at(SD), [step("model_offload"), step("group_offload")], "cannot be combined with group_offload"),
        (at(SD), [step("sequential_offload"), step("compile")], "cannot be combined with compile"),
        (at("FluxPipeline"), [step("context_parallel")], "needs 2 GPUs and a process for each"),
        (at(DIT), [step("context_parallel")], "does not say how its sequence is cut"),
    ],
    ids=lambda v: "+".join(s.method for s in v) if isinstance(v, list) else "",
)
def test_what_does_not_fit_says_why(here: Situation, steps: list[Step], reason: str) -> None:
    said = [p.message for p in rules.problems(plan(*steps), here)]
    assert any(reason in sentence for sentence in said), said


def test_a_vae_of_another_kind_is_left_alone() -> None:
    facts = DenoiserFacts(
        attribute="unet", denoiser_class="U", backbone="unet", cross_attention=True, blocks=1, decoder="movq"
    )
    here = at("KandinskyV22CombinedPipeline", facts=facts)
    for slug in ("vae_slicing", "vae_tiling", "tiny_vae"):
        assert "has no vae: it decodes with movq" in str(rules.unusable(CATALOGUE[slug], here))


def test_blocks_that_nobody_names_are_compiled_with_the_rest() -> None:
    facts = DenoiserFacts(attribute="transformer", denoiser_class="T", backbone="dit", cross_attention=True, blocks=4)
    here = at("AuraFlowPipeline", facts=facts)
    assert "names no repeated blocks" in rules.problems(plan(step("compile")), here)[0].message
    named = facts.model_copy(update={"repeated_blocks": ("Block",), "block_classes": ("Block",)})
    assert rules.problems(plan(step("compile")), here.model_copy(update={"facts": named})) == []
    absent = named.model_copy(update={"block_classes": ("AnotherBlock",)})
    assert rules.problems(plan(step("compile")), here.model_copy(update={"facts": absent}))


@pytest.mark.parametrize(
    ("shown", "sentence"),
    [
        ({"adapters": ("lcm",)}, "the LoRA lcm is active"),
        ({"vae_class": "AutoencoderTiny"}, "decoded by AutoencoderTiny instead of AutoencoderKL"),
    ],
)
def test_other_weights_that_nobody_asked_for_are_refused(shown: dict[str, Any], sentence: str) -> None:
    assert sentence in unproven(plan(), BEFORE.model_copy(update=shown), BEFORE)[0].message


def test_an_offloaded_script_keeps_the_parts_that_the_hooks_are_on() -> None:
    here = at(SD)
    here = here.model_copy(update={"pipeline": here.pipeline.model_copy(update={"applied": ("model_offload",)})})
    for slug in ("tiny_vae", "prompt_cache", "group_offload"):
        assert rules.problems(plan(step(slug)), here), slug


def test_own_timesteps_fix_where_the_steps_are() -> None:
    here = at(SD).model_copy(update={"pipeline": site(calls=(call_site(timesteps="x"),))})
    assert "its own timesteps" in rules.problems(plan(step("timestep_spacing")), here)[0].message
    assert "its own timesteps" in rules.problems(plan(step("few_step_lora")), here)[0].message


def test_what_saves_memory_is_not_searched_with() -> None:
    searched = set(rules.usable(at(SD)))
    assert {"sampler", "few_step_lora", "timestep_spacing", "tf32", "torchao", "compile", "tiny_vae"} <= searched
    assert not searched & {m.slug for m in METHODS if m.kind in ("memory", "pipeline", "parallel")}


def test_what_leans_on_half_precision_may_be_planned_with_it() -> None:
    assert rules.unusable(CATALOGUE["fp16_vae"], at(XL)) is None
    assert rules.problems(plan(step("fp16_vae")), at(XL)), "alone there is nothing to gain"


def test_other_methods_reckon_with_the_few_steps_of_a_lora() -> None:
    assert steps_of(plan(step("few_step_lora", few_steps=6)), at(SD)) == 6
    assert steps_of(plan(step("few_step_lora")), at(SD)) == 4


def test_borrowed_weights_are_for_families_that_there_are() -> None:
    families = {c.family for c in EVERY_CARD}
    assert {*TINY_VAES, *(f for table in DISTILLED.values() for f in table)} <= families
    assert all(re.fullmatch(r"[\w-]+/[\w.-]+", i) for i in {*TINY_VAES.values(), FP16_VAE})
    assert family_of(at("NobodysPipeline")) == ""


FEW = {"denoiser_calls": 4, "requested_steps": 4, "guidance_scale": 1.0, "batch_sizes": {"1": 4}}


@pytest.mark.parametrize(
    ("one", "shown", "inert"),
    [
        (
            step("sampler", name="dpmpp_2m_karras", steps=50),
            {"scheduler_class": "DPMSolverMultistepScheduler", "solver": {"use_karras_sigmas": True}},
            "the live scheduler is DDIMScheduler",
        ),
        (step("timestep_spacing"), {"timestep_spacing": "trailing"}, "spaced leading, not trailing"),
        (
            step("few_step_lora"),
            {**FEW, "scheduler_class": "LCMScheduler", "adapters": ("lcm",), "denoiser_parameters": 1100},
            "not LCMScheduler",
        ),
        (step("tf32"), {"tf32": True}, "computed in float32"),
        (step("layerwise_casting"), {"weights": {"float32": 2, "float8_e4m3fn": 7}}, "in float8_e4m3fn"),
        (step("torchao"), {"quantised_layers": 7}, "keeps its weights as before"),
        (step("quanto"), {"quantised_layers": 7}, "keeps its weights as before"),
        (step("bitsandbytes"), {"quantised_layers": 7, "denoiser_parameters": 600}, "keeps its weights as before"),
        (step("compile"), {"compiled": True, "compile_mode": "default"}, "neither the denoiser nor any block"),
        (step("tiny_vae"), {"vae_class": "AutoencoderTiny"}, "decoded by AutoencoderKL"),
        (step("fp16_vae"), {"vae_id": FP16_VAE}, "the pipeline's, as before"),
        (step("vae_slicing"), {"vae_slicing": True}, "decodes all pictures together"),
        (step("vae_tiling"), {"vae_tiling": True, "vae_passes": 4}, "decodes each picture whole"),
        (step("prompt_cache"), {"methods": {"prompt_cache": {}}}, "read every prompt again"),
        (step("batching"), {"images_per_call": 4, "batch_sizes": {"8": 50}}, "asks for 1 pictures, not 4"),
        (step("progress_bar"), {"progress_bar": False}, "still shows its progress bar"),
        (step("model_offload"), {"offload": "model"}, "no part is offloaded"),
        (step("sequential_offload"), {"offload": "sequential"}, "no part is offloaded"),
        (step("group_offload"), {"offload": "group"}, "no part is offloaded"),
        (step("context_parallel"), {"parallel": 2}, "1 devices share a picture"),
        (step("channels_last"), {"channels_last": True}, "not channels-last"),
    ],
    ids=lambda v: v.method if isinstance(v, Step) else "",
)
def test_it_is_proven_by_its_counter_and_refused_without(one: Step, shown: dict[str, Any], inert: str) -> None:
    assert unproven(plan(one), BEFORE.model_copy(update=shown), BEFORE) == []
    said = [f.message for f in unproven(plan(one), BEFORE, BEFORE) if f.method == one.method]
    assert any(inert in sentence for sentence in said), said


@pytest.mark.parametrize(
    ("one", "shown", "sentence"),
    [
        (step("vae_tiling"), {"vae_tiling": True, "vae_passes": 1}, "no larger than one tile"),
        (step("few_step_lora"), {**FEW, "scheduler_class": "LCMScheduler"}, "few steps draw mush"),
        (
            step("few_step_lora"),
            {**FEW, "scheduler_class": "LCMScheduler", "adapters": ("lcm",), "denoiser_calls": 8},
            "8 denoiser calls were counted where 4 steps need 4",
        ),
        (
            step("sampler", name="dpmpp_2m_sde", steps=50),
            {"scheduler_class": "DPMSolverMultistepScheduler", "solver": {"algorithm_type": "dpmsolver++"}},
            "algorithm_type=dpmsolver++, not sde-dpmsolver++",
        ),
        (
            step("compile", scope="whole", mode="reduce-overhead"),
            {"compiled": True, "compile_mode": "default"},
            "in mode default",
        ),
        (step("tf32"), {"tf32": True, "denoiser_dtype": "float16"}, "no float32 product is left"),
        (step("fp16_vae"), {"vae_upcast": True}, "turned to float32 for every picture"),
        (step("group_offload"), {"offload": "model"}, "offloaded by model, not by group"),
    ],
    ids=lambda v: v.method if isinstance(v, Step) else "",
)
def test_what_is_there_and_does_nothing_is_refused(one: Step, shown: dict[str, Any], sentence: str) -> None:
    said = [f.message for f in unproven(plan(one), BEFORE.model_copy(update=shown), BEFORE)]
    assert any(sentence in s for s in said), said


def test_a_loras_own_doings_are_no_others() -> None:
    """Without the method, the same differences make it another pipeline."""
    shown = BEFORE.model_copy(update={**FEW, "denoiser_parameters": 1100})
    said = " ".join(f.message for f in unproven(plan(), shown, BEFORE))
    for part in ("4 denoiser calls instead of 50", "1100 parameters", "guidance scale 1.0", "batch differs"):
        assert part in said


def test_half_precision_is_seen_behind_layerwise_casting() -> None:
    cast = {"denoiser_dtype": "float8_e4m3fn", "weights": {"float8_e4m3fn": 7, "bfloat16": 2}}
    both = plan(step("precision", dtype="bfloat16"), step("layerwise_casting"))
    assert unproven(both, BEFORE.model_copy(update=cast), BEFORE) == []


def test_a_lora_that_was_there_is_not_switched_off_unseen() -> None:
    shown = {**FEW, "scheduler_class": "LCMScheduler", "adapters": ("lcm",)}
    before = BEFORE.model_copy(update={"adapters": ("style",)})
    said = [f.message for f in unproven(plan(step("few_step_lora")), BEFORE.model_copy(update=shown), before)]
    assert any("own LoRA style is switched off" in s for s in said)
