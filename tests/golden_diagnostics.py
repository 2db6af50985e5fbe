"""For each diagnostic a script that has it, its place between « and », and an honest twin that has not."""

SD = """\
import torch
from diffusers import StableDiffusionPipeline, DPMSolverMultistepScheduler
pipe = StableDiffusionPipeline.from_pretrained("a/b", dtype=torch.float16).to("cuda")
"""
XL = SD.replace("StableDiffusionPipeline", "StableDiffusionXLPipeline")
PIXART = """\
import torch
from diffusers import DDIMScheduler, PixArtSigmaPipeline
pipe = PixArtSigmaPipeline.from_pretrained("PixArt-alpha/PixArt-Sigma-XL-2-1024-MS", dtype=torch.float16)
"""
CALL = 'image = pipe("a cat", num_inference_steps=20).images[0]\n'
TGATE = "from tgate import TgateSDLoader\n" + SD + "pipe = TgateSDLoader(pipe)\n"
DEEPCACHE = "from DeepCache import DeepCacheSDHelper\n" + SD
QUANTISED = """\
import torch
from diffusers import FluxPipeline, FluxTransformer2DModel, TorchAoConfig
small = FluxTransformer2DModel.from_pretrained("a/b", quantization_config=TorchAoConfig("int8wo"), dtype=torch.bfloat16)
pipe = {built}
"""
QUANTISED_BUILT = 'FluxPipeline.from_pretrained("a/b", transformer=small, dtype=torch.bfloat16)'
SERVER = """\
import torch
from fastapi import FastAPI
from diffusers import StableDiffusionPipeline
app = FastAPI()
{before}@app.post("/draw")
def draw(prompt: str):
{inside}    return pipe(prompt, num_inference_steps=20).images[0]
"""
LOADED = 'pipe = StableDiffusionPipeline.from_pretrained("a/b", dtype=torch.float16).to("cuda")\n'
MARKED = "    pipe = «" + LOADED.removeprefix("pipe = ").removesuffix('.to("cuda")\n') + '».to("cuda")\n'

GOLDEN: dict[str, tuple[str, str]] = {
    "float32-on-gpu": (
        'import torch\nfrom diffusers import StableDiffusionPipeline\npipe = «StableDiffusionPipeline.from_pretrained("a/b")».to("cuda")\n'
        + CALL,
        SD + CALL,
    ),
    "auto-pipeline": (
        'import torch\nfrom diffusers import AutoPipelineForText2Image\npipe = «AutoPipelineForText2Image».from_pretrained("stabilityai/stable-diffusion-xl-base-1.0", dtype=torch.float16)\n'
        + CALL,
        'import torch\nfrom diffusers import StableDiffusionXLPipeline\npipe = StableDiffusionXLPipeline.from_pretrained("stabilityai/stable-diffusion-xl-base-1.0", dtype=torch.float16)\n'
        + CALL,
    ),
    "deprecated-id": (
        SD.replace('"a/b"', '«"runwayml/stable-diffusion-v1-5"»') + CALL,
        SD.replace('"a/b"', '"stable-diffusion-v1-5/stable-diffusion-v1-5"') + CALL,
    ),
    "deprecated-keyword": (SD.replace("dtype=torch.float16", "«torch_dtype=torch.float16»") + CALL, SD + CALL),
    "missing-dtype": (
        "from diffusers import AutoencoderKL\n"
        + SD.replace("pipe =", 'vae = «AutoencoderKL.from_pretrained("c/d")»\npipe =').replace(
            ", dtype", ", vae=vae, dtype"
        )
        + CALL,
        "from diffusers import AutoencoderKL\n"
        + SD.replace("pipe =", 'vae = AutoencoderKL.from_pretrained("c/d", dtype=torch.float16)\npipe =').replace(
            '"a/b", dtype', '"a/b", vae=vae, dtype'
        )
        + CALL,
    ),
    "built-in-handler": (
        SERVER.format(before="", inside=MARKED),
        SERVER.format(before=LOADED, inside=""),
    ),
    "quantised-not-compiled": (
        QUANTISED.format(built=f"«{QUANTISED_BUILT}»") + 'pipe("a cat")\n',
        QUANTISED.format(built=QUANTISED_BUILT) + 'pipe.transformer.compile()\npipe("a cat")\n',
    ),
    "wrong-package": (
        "# pip install diffusers «tome»\n" + SD + CALL,
        "# pip install diffusers tomesd\n" + SD + CALL,
    ),
    "too-many-steps": (
        SD
        + "pipe.scheduler = DPMSolverMultistepScheduler.from_config(pipe.scheduler.config)\n"
        + 'pipe("a cat", num_inference_steps=«50»)\n',
        SD
        + "pipe.scheduler = DPMSolverMultistepScheduler.from_config(pipe.scheduler.config)\n"
        + 'pipe("a cat", num_inference_steps=25)\n',
    ),
    "swallowed-keyword": (
        SD + 'pipe("a cat", «num_inference_step=20»)\n',
        SD + 'pipe("a cat", num_inference_steps=20)\n',
    ),
    "ignored-callback": (
        PIXART + 'pipe("a cat", «callback_on_step_end=print»)\n',
        SD + 'pipe("a cat", callback_on_step_end=print)\n',
    ),
    "negative-prompt-unread": (
        SD + 'pipe("a cat", guidance_scale=1.0, «negative_prompt="ugly"»)\n',
        SD + 'pipe("a cat", guidance_scale=5.0, negative_prompt="ugly")\n',
    ),
    "clash": (
        SD + "«pipe.enable_model_cpu_offload()»\n" + CALL,
        SD.replace('.to("cuda")', "") + "pipe.enable_model_cpu_offload()\n" + CALL,
    ),
    "attention-slicing": (SD + "«pipe.enable_attention_slicing()»\n" + CALL, SD + CALL),
    "removed-call": (
        SD + "«pipe.enable_vae_slicing»()\n" + CALL,
        SD + "pipe.vae.enable_slicing()\n" + CALL,
    ),
    "attention-backend-inert": (
        SD + '«pipe.unet.set_attention_backend("flash")»\n' + CALL,
        QUANTISED.format(built=QUANTISED_BUILT)
        + 'pipe.transformer.compile()\npipe.transformer.set_attention_backend("flash")\npipe("a cat")\n',
    ),
    "tome-at-random": (
        "import tomesd\n" + SD + "«tomesd.apply_patch(pipe, ratio=0.5)»\n" + CALL,
        "import tomesd\n" + SD + "tomesd.apply_patch(pipe, ratio=0.5, use_rand=False)\n" + CALL,
    ),
    "taylorseer-default-layers": (
        "from diffusers import TaylorSeerCacheConfig\n"
        + PIXART
        + 'pipe.transformer.enable_cache(«TaylorSeerCacheConfig(cache_interval=3)»)\npipe("a cat")\n',
        "from diffusers import TaylorSeerCacheConfig\n"
        + PIXART
        + 'pipe.transformer.enable_cache(TaylorSeerCacheConfig(cache_interval=3, cache_identifiers=["x"]))\npipe("a cat")\n',
    ),
    "lora-stays-fused": (
        SD + 'pipe.load_lora_weights("c/d")\npipe.fuse_lora()\n«pipe.unload_lora_weights()»\n' + CALL,
        SD + 'pipe.load_lora_weights("c/d")\npipe.fuse_lora()\npipe.unfuse_lora()\npipe.unload_lora_weights()\n' + CALL,
    ),
    "method-inert": (
        "import tomesd\n" + XL + "«tomesd.apply_patch(pipe, ratio=0.5, use_rand=False)»\n" + CALL,
        "import tomesd\n" + XL + "tomesd.apply_patch(pipe, ratio=0.5, max_downsample=2, use_rand=False)\n" + CALL,
    ),
    "scheduler-from-nothing": (
        SD + "pipe.scheduler = «DPMSolverMultistepScheduler(use_karras_sigmas=True)»\n" + CALL,
        SD
        + "pipe.scheduler = DPMSolverMultistepScheduler.from_config(pipe.scheduler.config, use_karras_sigmas=True)\n"
        + CALL,
    ),
    "few-steps-without-weights": (
        "from diffusers import LCMScheduler\n"
        + SD
        + '«pipe.scheduler = LCMScheduler.from_config(pipe.scheduler.config)»\npipe("a cat", num_inference_steps=4)\n',
        "from diffusers import LCMScheduler\n"
        + SD
        + "pipe.scheduler = LCMScheduler.from_config(pipe.scheduler.config)\n"
        + 'pipe.load_lora_weights("latent-consistency/lcm-lora-sdv1-5")\npipe("a cat", num_inference_steps=4)\n',
    ),
    "clipped-latents": (
        PIXART + 'pipe.scheduler = «DDIMScheduler.from_config(pipe.scheduler.config)»\npipe("a cat")\n',
        PIXART
        + 'pipe.scheduler = DDIMScheduler.from_config(pipe.scheduler.config, clip_sample=False)\npipe("a cat")\n',
    ),
    "tgate-without-loader": (
        SD + 'image = «pipe.tgate("a cat", gate_step=10, num_inference_steps=20)».images[0]\n',
        TGATE + 'image = pipe.tgate("a cat", gate_step=10, num_inference_steps=20).images[0]\n',
    ),
    "tgate-wrong-loader": (
        TGATE.replace("StableDiffusionP", "StableDiffusionXLP").replace("= TgateSDLoader", "= «TgateSDLoader»")
        + 'pipe.tgate("a cat", gate_step=10, num_inference_steps=20)\n',
        TGATE.replace("StableDiffusionP", "StableDiffusionXLP").replace("TgateSDLoader", "TgateSDXLLoader")
        + 'pipe.tgate("a cat", gate_step=10, num_inference_steps=20)\n',
    ),
    "tgate-never-called": (
        TGATE + 'image = «pipe("a cat", num_inference_steps=20)».images[0]\n',
        TGATE + 'image = pipe.tgate("a cat", gate_step=10, num_inference_steps=20).images[0]\n',
    ),
    "tgate-gate-too-late": (
        TGATE + 'pipe.tgate("a cat", gate_step=«25», num_inference_steps=20)\n',
        TGATE + 'pipe.tgate("a cat", gate_step=10, num_inference_steps=20)\n',
    ),
    "tgate-plain-call": (
        TGATE + 'pipe.tgate("a cat", gate_step=10, num_inference_steps=20)\n«pipe("a dog", num_inference_steps=20)»\n',
        TGATE
        + 'pipe.tgate("a cat", gate_step=10, num_inference_steps=20)\n'
        + 'pipe.tgate("a dog", gate_step=10, num_inference_steps=20)\n',
    ),
    "deepcache-not-enabled": (
        DEEPCACHE + "helper = «DeepCacheSDHelper(pipe=pipe)»\nhelper.set_params(cache_interval=3)\n" + CALL,
        DEEPCACHE
        + "helper = DeepCacheSDHelper(pipe=pipe)\nhelper.set_params(cache_interval=3)\nhelper.enable()\n"
        + CALL,
    ),
    "deepcache-not-disabled": (
        DEEPCACHE
        + "helper = DeepCacheSDHelper(pipe=pipe)\nhelper.set_params(cache_interval=3)\n\n\ndef draw(prompt):\n"
        + "    «helper.enable()»\n    return pipe(prompt, num_inference_steps=20)\n",
        DEEPCACHE
        + "helper = DeepCacheSDHelper(pipe=pipe)\nhelper.set_params(cache_interval=3)\n\n\ndef draw(prompt):\n"
        + "    helper.enable()\n    image = pipe(prompt, num_inference_steps=20)\n    helper.disable()\n    return image\n",
    ),
    "deepcache-second-order": (
        DEEPCACHE.replace("DPMSolverMultistep", "HeunDiscrete")
        + "pipe.scheduler = HeunDiscreteScheduler.from_config(pipe.scheduler.config)\n"
        + "helper = «DeepCacheSDHelper(pipe=pipe)»\nhelper.enable()\n"
        + CALL,
        DEEPCACHE
        + "pipe.scheduler = DPMSolverMultistepScheduler.from_config(pipe.scheduler.config)\n"
        + "helper = DeepCacheSDHelper(pipe=pipe)\nhelper.enable()\n"
        + CALL,
    ),
}
FIXES: dict[str, str] = {
    "float32-on-gpu": '"a/b", torch_dtype=torch.float16)',
    "auto-pipeline": "pipe = StableDiffusionXLPipeline.from",
    "deprecated-id": '"stable-diffusion-v1-5/stable-diffusion-v1-5"',
    "deprecated-keyword": '"a/b", dtype=torch.float16',
    "missing-dtype": '"c/d", torch_dtype=torch.float16)',
    "wrong-package": "# pip install diffusers tomesd\n",
    "too-many-steps": "num_inference_steps=20)",
    "swallowed-keyword": 'pipe("a cat")',
    "ignored-callback": 'pipe("a cat")',
    "attention-slicing": '.to("cuda")\nimage',
    "removed-call": "pipe.vae.enable_slicing()\n",
    "attention-backend-inert": '.to("cuda")\nimage',
    "tome-at-random": "ratio=0.5, use_rand=False)",
    "scheduler-from-nothing": "DPMSolverMultistepScheduler.from_config(pipe.scheduler.config, use_karras_sigmas=True)",
    "clipped-latents": "config, clip_sample=False)",
    "tgate-wrong-loader": "from tgate import TgateSDXLLoader",
    "tgate-never-called": 'pipe.tgate("a cat"',
}
"""what stands in the text after the quick fix"""
