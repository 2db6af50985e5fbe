"""The plain script of every pipeline: what a person would write who wants one picture and no acceleration. Pure text.

Methods and schedulers are not written here but by the edit that writes them everywhere (`tools/script/compose.py`).
"""

import json

from .pipelines import Card
from .types import Record

INPUT = "input.png"
"""the picture that image-to-image and ControlNet scripts read, beside the script"""
PROMPT = "a red circle above a blue square on a white background"
LABEL = "golden retriever"
STRENGTH = 0.6
_WIDTH = 88
_DEVICE = 'device = "cuda" if torch.cuda.is_available() else "cpu"'


class Scene(Record):
    """What a plain script draws."""

    card: Card
    model_id: str
    controlnet_id: str | None
    dtype: str = "float32"
    prompt: str
    steps: int
    width: int
    height: int


def base(scene: Scene) -> str:
    """The whole script, without methods and with the checkpoint's own scheduler."""
    parts = (
        _imports(scene),
        'device = "cuda" if torch.cuda.is_available() else "cpu"',
        _loading(scene),
        _drawing(scene),
    )
    return f'"""{_title(scene)}."""\n\n' + "\n\n".join(parts) + "\n"


def _title(scene: Scene) -> str:
    mode = {"text2img": "text to image", "img2img": "image to image", "class2img": "class to image"}[scene.card.mode]
    return f"{scene.card.title}, {mode}"


def _imports(scene: Scene) -> str:
    card, plain, named = scene.card, ["torch"], [scene.card.pipeline_class]
    from_others: list[str] = []
    if "canny" in card.preprocessors:
        plain = ["cv2", "numpy as np", "torch"]
        from_others.append("from PIL import Image")
    if card.controlnet_id:
        named.insert(0, "ControlNetModel")
    lines = [f"import {module}" for module in plain]
    lines.append(f"from diffusers import {', '.join(named)}")
    if _reads_picture(card):
        lines.append("from diffusers.utils import load_image")
    return "\n".join([*lines, *from_others])


def _reads_picture(card: Card) -> bool:
    return card.mode == "img2img" or bool(card.preprocessors)


def _loading(scene: Scene) -> str:
    # float32 is named because text encoders load in the type that their own configuration names.
    dtype = f"torch_dtype=torch.{scene.dtype}"
    lines: list[str] = []
    arguments = [json.dumps(scene.model_id), dtype]
    if scene.controlnet_id is not None:
        lines.append(f"controlnet = ControlNetModel.from_pretrained({json.dumps(scene.controlnet_id)}, {dtype})")
        arguments.insert(1, "controlnet=controlnet")
    lines.append(f"pipe = {_call(f'{scene.card.pipeline_class}.from_pretrained', arguments)}")
    return "\n".join([*lines, "pipe = pipe.to(device)"])


def _call(function: str, arguments: list[str]) -> str:
    """On one line where it fits, else an argument a line."""
    line = f"{function}({', '.join(arguments)})"
    return line if len(line) <= _WIDTH else f"{function}(\n" + "".join(f"    {a},\n" for a in arguments) + ")"


def _drawing(scene: Scene) -> str:
    what, prompt = scene.card.mode, json.dumps(scene.prompt, ensure_ascii=False)
    if what == "class2img":
        lines, first = [f"class_ids = pipe.get_label_ids([{prompt}])"], ["class_labels=class_ids"]
    else:
        lines, first = [f"prompt = {prompt}"], ["prompt"]
    lines += _picture(scene)
    lines.append('generator = torch.Generator("cpu").manual_seed(0)')
    arguments = [*first, *_arguments(scene), "generator=generator"]
    return "\n".join([*lines, f"image = {_call('pipe', arguments)}.images[0]", 'image.save("picture.png")'])


def _picture(scene: Scene) -> list[str]:
    """How the input picture is read and prepared."""
    if not _reads_picture(scene.card):
        return []
    name = "init_image" if scene.card.mode == "img2img" else "picture"
    lines = [f'{name} = load_image("{INPUT}").resize(({scene.width}, {scene.height}))']
    if "canny" in scene.card.preprocessors:
        lines.append("edges = cv2.Canny(np.array(picture), 100, 200)")
        lines.append("canny_image = Image.fromarray(np.stack([edges, edges, edges], axis=-1))")
    return lines


def _arguments(scene: Scene) -> list[str]:
    card = scene.card
    found: list[str] = []
    if card.mode == "img2img":
        found += ["image=init_image", f"strength={STRENGTH}"]
    elif card.preprocessors:
        found.append("image=canny_image")
    found += [f"num_inference_steps={scene.steps}", f"guidance_scale={card.guidance_scale}"]
    # image-to-image takes its size from the picture, DiT from the checkpoint
    return [*found, f"height={scene.height}", f"width={scene.width}"] if card.mode == "text2img" else found
