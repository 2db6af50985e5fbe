"""Methods and their settings, ControlNets and preprocessors, as read in the text of a script."""

import pytest
from corpus import analysed, edited, refused
from factories import plan, step

from diffagent_mcp.knowledge.types import PipelineSite, Scalar
from diffagent_mcp.tools.script.analyse import steps_in

LOAD = 'from diffusers import {0}\npipe = {0}.from_pretrained("a/b")\n'
CALL = "pipe('x', num_inference_steps=20)\n"
TWENTY = plan(step("sampler", name="dpmpp_2m", steps=20))


def site(code: str, pipeline_class: str = "StableDiffusionPipeline", call: str = CALL) -> PipelineSite:
    return analysed(LOAD.format(pipeline_class) + code + "\n" + call).pipelines[0]


@pytest.mark.parametrize(
    ("code", "method", "params"),
    [
        (
            "from DeepCache import DeepCacheSDHelper\nhelper = DeepCacheSDHelper(pipe=pipe)\n"
            "helper.set_params(cache_interval=3, cache_branch_id=0)\nhelper.enable()",
            "deepcache",
            {"interval": 3, "branch": 0},
        ),
        (
            "import DeepCache\nEVERY = 4\nh = DeepCache.DeepCacheSDHelper(pipe)\nh.set_params(EVERY, 1)\nh.enable()",
            "deepcache",
            {"interval": 4, "branch": 1},
        ),
        ("from DeepCache import DeepCacheSDHelper as H\nh = H(pipe=pipe)", "deepcache", {}),
        ("import tomesd\ntomesd.apply_patch(pipe, ratio=0.5)", "tome", {"ratio": 0.5, "max_downsample": 1}),
        ("import tomesd\ntomesd.apply_patch(pipe.unet, 0.3, 2)", "tome", {"ratio": 0.3, "max_downsample": 2}),
        (
            "from tomesd import apply_patch\ndef faster(p, share=0.4):\n    apply_patch(p, ratio=share)\nfaster(pipe)",
            "tome",
            {"ratio": 0.4, "max_downsample": 1},
        ),
        (
            "import tomesd, sys\ntomesd.apply_patch(pipe, ratio=float(sys.argv[1]))",
            "tome",
            {"max_downsample": 1},
        ),
        (
            "import tomesd\noptions = {'ratio': 0.6, 'max_downsample': 2}\ntomesd.apply_patch(pipe, **options)",
            "tome",
            {"ratio": 0.6, "max_downsample": 2},
        ),
        (
            "from tgate import TgateSDLoader\npipe = TgateSDLoader(pipe, gate_step=10).to('cpu')\n"
            "pipe.tgate('x', gate_step=8, sp_interval=2, num_inference_steps=20)",
            "tgate",
            {"gate_step": 8, "sp_interval": 2, "fi_interval": 1, "warm_up": 2},
        ),
        ("import torch\npipe.to(torch.float16)", "precision", {"dtype": "float16"}),
        ("import torch\npipe.to('cuda', torch.bfloat16)", "precision", {"dtype": "bfloat16"}),
        ("pipe = pipe.half()", "precision", {"dtype": "float16"}),
        ("pipe.fuse_qkv_projections()", "fused_qkv", {}),
        ("import torch\npipe.unet.to(memory_format=torch.channels_last)", "channels_last", {}),
        (
            "import torch\npipe.unet = torch.compile(pipe.unet, mode='max-autotune')",
            "compile",
            {"scope": "whole", "mode": "max-autotune"},
        ),
        ("pipe.transformer.set_attention_backend('_flash_3_hub')", "attention_backend", {"backend": "_flash_3_hub"}),
        ("pipe.unet.compile_repeated_blocks(fullgraph=True)", "compile", {"scope": "regional"}),
        (
            "from diffusers.callbacks import SDCFGCutoffCallback as C\ncut = C(cutoff_step_ratio=0.4)\n"
            "pipe('x', num_inference_steps=20, callback_on_step_end=cut)",
            "guidance_cutoff",
            {"index": 8},
        ),
        (
            "from diffusers.callbacks import SDCFGCutoffCallback as C\n"
            "pipe('x', num_inference_steps=20, callback_on_step_end=C(cutoff_step_ratio=None, cutoff_step_index=11))",
            "guidance_cutoff",
            {"index": 11},
        ),
    ],
)
def test_settings_are_read(code: str, method: str, params: dict[str, Scalar]) -> None:
    text = LOAD.format("StableDiffusionPipeline") + code + "\n"
    found = analysed(text).pipelines[0]
    assert found.applied == (method,) and found.methods == steps_in(text, found)
    assert found.methods[0].params == params


def test_the_way_it_was_turned_last_counts() -> None:
    code = (
        "import torch\nfrom diffusers import DiTPipeline\n"
        "pipe = DiTPipeline.from_pretrained('a', torch_dtype=torch.float32)\npipe = pipe.to(dtype=torch.bfloat16)\n"
    )
    assert analysed(code).pipelines[0].dtype == "bfloat16"


@pytest.mark.parametrize(
    ("code", "controlnet_id", "preprocessors"),
    [
        ("c = ControlNetModel.from_pretrained('l/canny')\nedges = cv2.Canny(image, 1, 2)", "l/canny", ("canny",)),
        ("c = ControlNetModel.from_pretrained(NET).to('cuda')", "l/net", ()),
        ("from controlnet_aux import CannyDetector\nd = CannyDetector()\nc = load()", None, ("canny",)),
    ],
)
def test_a_controlnet_and_what_prepares_its_image(
    code: str, controlnet_id: str | None, preprocessors: tuple[str, ...]
) -> None:
    text = (
        "import cv2\nfrom diffusers import ControlNetModel, StableDiffusionControlNetPipeline as P\nNET = 'l/net'\n"
        f"{code}\npipe = P.from_pretrained('a/b', controlnet=c)\npipe('x', edges)\n"
    )
    found = analysed(text).pipelines[0]
    assert (found.model_id, found.controlnet_id, found.preprocessors) == ("a/b", controlnet_id, preprocessors)


def test_a_canny_that_no_controlnet_sees_is_none() -> None:
    assert site("import cv2\ncv2.Canny(image, 1, 2)").preprocessors == ()


@pytest.mark.parametrize(
    ("pipeline_class", "call", "read"),
    [
        ("StableDiffusionImg2ImgPipeline", "pipe('x', image, 0.5, 30, None, None, 6.0)", (30, 6.0, 0.5)),
        ("StableDiffusionXLPipeline", "pipe('x', None, 512, 512, 30, None, None, None, 6.0)", (30, 6.0, None)),
        ("StableDiffusionXLImg2ImgPipeline", "pipe('x', None, image, 0.5, 30)", (30, None, 0.5)),
        ("StableDiffusionControlNetPipeline", "pipe('x', edges, 512, 512, 30)", (30, None, None)),
        ("DiTPipeline", "pipe([1], 4.5, None, 30)", (30, 4.5, None)),
        ("PixArtSigmaPipeline", "pipe('x', 'ugly', 30, None, None, 6.0)", (30, 6.0, None)),
    ],
)
def test_positions_are_read_and_edited(pipeline_class: str, call: str, read: tuple[object, ...]) -> None:
    (found,) = site("", pipeline_class, call).calls
    assert (found.steps, found.guidance_scale, found.strength) == read
    made = edited(LOAD.format(pipeline_class) + call + "\n", TWENTY)
    assert call.replace("30", "20") in made and "num_inference_steps" not in made


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        (
            "for s in schedulers:\n    pipe.scheduler = s.from_config(pipe.scheduler.config)\n    pipe('x')",
            "sets the scheduler again in a loop at line 4; set it once, before",
        ),
        ("arguments = ('x', 512, 512, 50)\npipe(*arguments)", "line 4 passes arguments by *; name them first"),
    ],
)
def test_what_would_undo_the_edit_is_refused(code: str, sentence: str) -> None:
    assert sentence in refused(LOAD.format("StableDiffusionPipeline") + code + "\n", TWENTY)


def test_a_star_does_no_harm_where_the_keyword_is_there() -> None:
    made = edited(LOAD.format("StableDiffusionPipeline") + "pipe(*a, num_inference_steps=50)\n", TWENTY)
    assert "pipe(*a, num_inference_steps=20)" in made


@pytest.mark.parametrize("read", ["os.environ.get('MODEL', 'a/b')", "os.getenv('MODEL', 'a/b')"])
def test_what_the_environment_may_say_is_its_default(read: str) -> None:
    code = (
        f"import os\nfrom diffusers import DiTPipeline\nMODEL = {read}\npipe = DiTPipeline.from_pretrained(MODEL)\n"
        "pipe([1], num_inference_steps=int(os.environ.get('STEPS', '30')))\n"
    )
    (found,) = analysed(code).pipelines
    assert found.model_id == "a/b" and found.calls[0].steps == 30
