"""What a script holds that methods would break, and settings in it that fight; and that harmless ones are no hazard."""

import pytest
from corpus import analysed
from factories import plan, situation, step

from diffagent_mcp.knowledge.catalogue import METHODS
from diffagent_mcp.knowledge.method import Method
from diffagent_mcp.knowledge.rules import problems, unusable
from diffagent_mcp.knowledge.types import Hazard

LOAD = (
    "import torch\nfrom diffusers import StableDiffusionPipeline as P, AutoencoderKL\npipe = P.from_pretrained('a/b')\n"
)
CALL = "pipe('x', num_inference_steps=50)\n"


def hazards(code: str, load: str = LOAD, call: str = CALL) -> tuple[Hazard, ...]:
    return analysed(load + code + "\n" + call).pipelines[0].hazards


def slugs(code: str, load: str = LOAD, call: str = CALL) -> list[str]:
    return [h.slug for h in hazards(code, load, call)]


@pytest.mark.parametrize(
    "name",
    [
        "stabilityai/sd-turbo",
        "stabilityai/stable-diffusion-3.5-large-turbo",
        "ByteDance/SDXL-Lightning",
        "SimianLuo/LCM_Dreamshaper_v7",
        "ByteDance/Hyper-SD",
        "h1t/TCD-SDXL-LoRA",
        "tianweiy/DMD2",
        "black-forest-labs/FLUX.1-schnell",
        "jasperai/flash-sdxl",
        "models/my_4step_unet.safetensors",
        "wangfuyun/AnimateLCM",
        "wangfuyun/PCM_Weights",
        "Efficient-Large-Model/Sana_Sprint_1.6B_1024px_diffusers",
        "lightx2v/Wan2.1-T2V-14B-StepDistill-CfgDistill-Lightx2v",
        "hyper/model-16steps",
    ],
)
def test_checkpoints_for_few_steps(name: str) -> None:
    load = LOAD.replace("a/b", name)
    (found,) = hazards("", load)
    assert found.slug == "few_steps" and name in found.sentence and found.line == 3
    assert slugs("", load, f"pipe.load_lora_weights('{name}')\n{CALL}") == ["few_steps"]
    assert slugs(f"pipe.load_lora_weights('{name}', weight_name='x')") == ["few_steps"]
    assert slugs(f"pipe.unet.load_state_dict(load('{name}'))") == ["few_steps"]


@pytest.mark.parametrize(
    "name",
    [
        "stabilityai/stable-diffusion-xl-base-1.0",
        "calcmd/alcmene",
        "mcd/flashback-diffusion",
        "./dreambooth/checkpoint-1000-steps",
        "out/lora_500step.safetensors",
        "/data/lightning_logs/version_3/model.safetensors",
    ],
)
def test_other_checkpoints(name: str) -> None:
    assert slugs("", LOAD.replace("a/b", name)) == []


def test_a_prompt_is_no_checkpoint() -> None:
    assert slugs("", call="pipe('turbo lightning in 4 steps', num_inference_steps=50)\n") == []
    assert slugs("other.load_lora_weights('x/turbo')") == []


@pytest.mark.parametrize(
    ("code", "by"),
    [
        ("draw = functools.partial(pipe, num_inference_steps=50)", "functools.partial"),
        ("asyncio.to_thread(pipe, 'x', num_inference_steps=50)", "asyncio.to_thread"),
        ("loop.run_in_executor(None, pipe, 'x')", "loop.run_in_executor"),
        ("pool().submit(pipe, 'x')", "submit"),
        ("threading.Thread(target=pipe, args=('x',))", "threading.Thread"),
        ("list(map(pipe, prompts))", "map"),
    ],
)
def test_a_pipeline_that_somebody_else_calls(code: str, by: str) -> None:
    for call in (CALL, ""):
        (found,) = hazards(code, call=call)
        assert found.slug == "handed_on" and f"line 4: pipe is handed to {by}, where" in found.sentence
        assert found.forbids == ("sampler", "guidance", "tgate")
    assert slugs("pool.submit(lambda: pipe('y', num_inference_steps=50))") == []


def test_a_solver_for_few_steps() -> None:
    code = "from diffusers import LCMScheduler\npipe.scheduler = LCMScheduler.from_config(pipe.scheduler.config)"
    assert slugs(code) == ["few_steps"]


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("pipe.unet.set_attn_processor(Mine())", ["own_attention"]),
        ("pipe.unet.set_attn_processor({k: Mine() for k in names})", ["own_attention"]),
        ("mine = Mine()\npipe.unet.set_attn_processor(mine)", ["own_attention"]),
        ("pipe.load_ip_adapter('h/ip')", ["own_attention"]),
        (
            "from diffusers.models.attention_processor import AttnProcessor2_0 as A\npipe.unet.set_attn_processor(A())",
            [],
        ),
        ("other.unet.set_attn_processor(Mine())", []),
    ],
)
def test_attention_of_ones_own(code: str, found: list[str]) -> None:
    assert slugs(code) == found


@pytest.mark.parametrize(
    ("code", "argument", "found"),
    [
        ("def f(p, i, t, k): return k", "callback_on_step_end=f", ["own_callback"]),
        ("", "callback=lambda i, t, x: print(i), callback_steps=5", ["own_callback"]),
        ("", "callback_on_step_end=None", []),
        (
            "def f(p, i, t, k):\n    if i == 20: save(k)\n    return k",
            "callback_on_step_end=f",
            ["counts_steps", "own_callback"],
        ),
        (
            "def f(p, i, t, k):\n    p._guidance_scale = 0.0\n    return k",
            "callback_on_step_end=f",
            ["changes_guidance", "own_callback"],
        ),
        ("from diffusers.callbacks import SDCFGCutoffCallback as C", "callback_on_step_end=C()", []),
        ("o = {'callback_on_step_end': print}", "**o", ["own_callback"]),
    ],
)
def test_step_callbacks(code: str, argument: str, found: list[str]) -> None:
    assert slugs(code, call=f"pipe('x', {argument})\n") == found


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("two = P(**pipe.components)\ntwo('y')", "the denoiser"),
        ("two = P.from_pipe(pipe)\ntwo('y')", "the denoiser"),
        ("two = P.from_pretrained('c/d', unet=pipe.unet)\ntwo('y')", "the denoiser"),
        ("two = P.from_pretrained('c/d', vae=pipe.vae)\ntwo('y')", "the vae"),
        ("two = P.from_pretrained('c/d')\ntwo('y')", None),
        ("two = P(**pipe.components)", None),
    ],
)
def test_shared_parts(code: str, found: str | None) -> None:
    said = [h.sentence for h in hazards(code)]
    assert said == [] if found is None else len(said) == 1 and f"share {found}," in said[0]


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("pipe.to('cuda')\npipe.enable_model_cpu_offload()", "moved to cuda and offloaded from there"),
        ("pipe.enable_model_cpu_offload()\npipe.enable_sequential_cpu_offload()", "two kinds of offloading"),
        ("pipe.enable_attention_slicing()\npipe.enable_xformers_memory_efficient_attention()", "leave slicing out"),
        ("pipe.to('cpu', torch.float16)", "float16 on a CPU"),
        ("pipe.unet = torch.compile(pipe.unet)\npipe.load_lora_weights('c/d')", "load it before"),
        (
            "import tomesd\ntomesd.apply_patch(pipe)\npipe.unet = torch.compile(pipe.unet)",
            "tome and compile cannot work",
        ),
    ],
)
def test_settings_that_fight(code: str, sentence: str) -> None:
    found = [h for h in hazards(code) if h.slug == "fight"]
    assert len(found) == 1 and sentence in found[0].sentence and found[0].forbids == ()


@pytest.mark.parametrize(
    "code",
    [
        "pipe.to('cuda')",
        "pipe.enable_model_cpu_offload()",
        "pipe.enable_attention_slicing()",
        "pipe.load_lora_weights('c/d')\npipe.unet = torch.compile(pipe.unet)",
        "pipe.to('cuda', torch.float16)\npipe.enable_vae_tiling()",
    ],
)
def test_settings_in_peace(code: str) -> None:
    assert slugs(code) == []


def test_a_name_for_two_pipelines_one_after_the_other_is_told_apart() -> None:
    code = LOAD + CALL + "pipe.enable_vae_slicing()\npipe = P.from_pretrained('c/d').half()\n" + CALL
    first, second = analysed(code).pipelines
    assert (first.model_id, first.dtype, first.hazards) == ("a/b", None, ())
    assert (second.model_id, second.dtype, second.hazards) == ("c/d", "float16", ())
    assert [len(p.calls) for p in (first, second)] == [1, 1]


@pytest.mark.parametrize("kind", METHODS, ids=lambda m: m.slug)
def test_what_a_hazard_forbids_is_refused_with_its_sentence(kind: type[Method]) -> None:
    slug = kind.slug
    if unusable(kind, situation()) is not None:
        assert problems(plan(step(slug)), situation())
        return
    hazard = Hazard(slug="made_up", sentence="line 3: not here", line=3, forbids=(slug,))
    site = situation().pipeline.model_copy(update={"hazards": (hazard,)})
    found = problems(plan(step(slug)), situation(pipeline=site))
    assert [p.message for p in found][:1] == [f"{slug}: line 3: not here"]
