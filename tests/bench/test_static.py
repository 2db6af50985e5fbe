"""Stage 1: every reference passes, and fails once anything that its request fixes is changed."""

import re
from collections.abc import Iterator

import factories
import pytest

from diffagent_mcp.bench.stages.static import compare
from diffagent_mcp.bench.tasks.load import find, load
from diffagent_mcp.knowledge.catalogue import method_of
from diffagent_mcp.knowledge.types import Plan, Step, Task, Trace

TASKS = load()
PICTURES = [t for t in TASKS if not t.relative]


def wrong(task: Task, code: str, trace: Trace | None = None) -> set[str]:
    return {m.attribute for m in compare(task, code, trace).mismatches}


def test_every_reference_passes_and_is_read_as_what_was_asked_for() -> None:
    for task in TASKS:
        static = compare(task, task.reference)
        assert static.mismatches == (), task.id
        text = static.text
        assert text is not None
        assert text.pipeline_class == task.attributes.pipeline_class
        assert (text.steps, text.width) == (task.attributes.steps, task.attributes.width)
        assert {s.method for s in text.methods} == {s.method for s in task.attributes.methods}


def test_every_reference_fails_for_each_thing_that_is_changed() -> None:
    offenders: list[str] = []
    for task in PICTURES:
        for names, code in mutants(task):
            assert code != task.reference, f"{task.id}: {names} was not changed"
            missed = set(names.split()) - wrong(task, code)
            offenders += [f"{task.id}: {name}" for name in missed]
    assert not offenders, offenders


def mutants(task: Task) -> Iterator[tuple[str, str]]:
    """The reference with one fixed attribute changed, for each of them."""
    code, a = task.reference, task.attributes
    ways = {
        "pipeline_class": code.replace(a.pipeline_class, "KandinskyPipeline"),
        "model_id": code.replace(a.model_id, "someone/else"),
        "controlnet_id": code.replace(a.controlnet_id or "", "lllyasviel/sd-controlnet-depth"),
        "steps": code.replace(f"num_inference_steps={a.steps}", f"num_inference_steps={a.steps + 1}"),
        "width height": another_size(task),
        "scheduler": another_scheduler(code, a.scheduler),
        "preprocessors": code.replace("cv2.Canny(", "cv2.Laplacian("),
    }
    yield from ((n, way) for n, way in ways.items() if n.split()[0] in task.fixed)
    for step in a.methods:
        yield from without(task, step)
    if not a.method("deepcache"):
        yield "deepcache", f"from DeepCache import DeepCacheSDHelper\n{code.replace('image = ', HELPER, 1)}"


def another_size(task: Task) -> str:
    """Where it is passed; of the input picture; by the checkpoint."""
    a, code = task.attributes, task.reference
    if a.pipeline_class == "DiTPipeline":
        return code.replace(a.model_id, f"facebook/DiT-XL-2-{256 if a.width == 512 else 512}")
    if "width=" not in code:
        return code.replace(f".resize(({a.width}, {a.height}))", ".resize((320, 320))")
    return code.replace(f"width={a.width}", "width=320").replace(f"height={a.height}", "height=320")


HELPER = "helper = DeepCacheSDHelper(pipe=pipe)\nhelper.set_params(cache_interval=3)\nhelper.enable()\nimage = "


def another_scheduler(code: str, asked: str | None) -> str:
    """Written in where the checkpoint's own is to be kept."""
    if asked is not None:
        return code.replace(asked, "DEISMultistepScheduler")
    statement = "pipe.scheduler = DEISMultistepScheduler.from_config(pipe.scheduler.config)\n"
    return "from diffusers import DEISMultistepScheduler\n" + code.replace("generator =", f"{statement}generator =", 1)


LINES = {
    "deepcache": r".*deepcache_helper.*\n",
    "tome": r"tomesd\.apply_patch.*\n",
    "fused_qkv": r".*fuse_qkv_projections.*\n",
    "channels_last": r".*channels_last.*\n",
}
WRITTEN = {"interval": "cache_interval", "branch": "cache_branch_id", "dtype": "torch_dtype"}


def without(task: Task, step: Step) -> Iterator[tuple[str, str]]:
    """The method gone, and each of the parameters that were said changed."""
    code = task.reference
    if step.method == "tgate":
        gone = re.sub(r".*TgateS?D?.*Loader.*\n", "", code).replace("pipe.tgate(", "pipe(")
        yield step.method, gone
    elif step.method == "precision":
        yield step.method, re.sub(r"torch\.b?float16", "torch.float32", code)
    else:
        yield step.method, re.sub(LINES[step.method], "", code)
    method = method_of(step)
    assert method is not None
    for name, value in method.written(task.attributes.steps, Plan(steps=task.attributes.methods)).items():
        if name == "dtype":
            other = "bfloat16" if value == "float16" else "float16"
            yield f"{step.method}.dtype", re.sub(r"torch\.b?float16", f"torch.{other}", code)
        elif name in step.params or (name == "gate_step" and "gate" in step.params):
            keyword = WRITTEN.get(name, name)
            yield f"{step.method}.{name}", re.sub(rf"\b{keyword}=[\d.]+", f"{keyword}=7", code)


PLAIN = find(TASKS, "L1-001")


def of(level: int, **wanted: object) -> Task:
    """The first task of a level with these attributes."""
    return next(t for t in TASKS if t.level == level and all(getattr(t.attributes, n) == v for n, v in wanted.items()))


def test_more_code_is_no_fault() -> None:
    task = of(1, pipeline_class="StableDiffusionPipeline")
    code = task.reference.replace("image = pipe(", "for seed in range(3):\n  image = pipe(").replace(
        "generator =", "refiner = StableDiffusionPipeline.from_pretrained('a/b')\nrefiner('x')\ngenerator ="
    )
    assert wrong(task, "import os  # a comment\n" + code) == set()


def test_any_id_of_the_same_weights_will_do() -> None:
    task = of(1, pipeline_class="StableDiffusionPipeline", model_id="stable-diffusion-v1-5/stable-diffusion-v1-5")
    other = task.reference.replace(task.attributes.model_id, "runwayml/stable-diffusion-v1-5")
    assert wrong(task, other) == set()


@pytest.mark.parametrize("loader", ["AutoPipelineForText2Image", "DiffusionPipeline"])
def test_the_class_must_be_written_out(loader: str) -> None:
    task = of(1, pipeline_class="StableDiffusionPipeline")
    code = task.reference.replace("StableDiffusionPipeline", loader)
    assert wrong(task, code) == {"pipeline_class"}
    assert wrong(task, code, lived(task)) == {"pipeline_class"}


def test_a_native_size_need_not_be_passed() -> None:
    task = of(1, pipeline_class="StableDiffusionXLPipeline")
    assert wrong(task, re.sub(r" +(width|height)=\d+,\n", "", task.reference)) == set()


def test_sixteen_bits_and_lossless_methods_are_tolerated_where_no_menu_forbids_them() -> None:
    for level, fault in ((1, set[str]()), (4, {"precision"})):
        task = next(t for t in TASKS if t.level == level and "precision" not in t.menu)
        assert wrong(task, task.reference.replace("torch.float32", "torch.bfloat16")) == fault


def test_a_menu_lets_scheduler_and_steps_go_where_it_names_the_sampler() -> None:
    free = next(t for t in TASKS if t.relative and "sampler" in t.menu)
    kept = next(t for t in TASKS if t.relative and "sampler" not in t.menu)
    for task, faults in ((free, set[str]()), (kept, {"scheduler", "steps"})):
        code = task.reference.replace(f"steps={task.attributes.steps}", "steps=7")
        assert wrong(task, another_scheduler(code, task.attributes.scheduler)) == faults


def test_text_that_is_no_script_is_a_wrong_pipeline() -> None:
    for code in ("def", "print('hello')", ""):
        static = compare(PLAIN, code)
        assert [m.attribute for m in static.mismatches] == ["pipeline_class"]
        assert static.text is None


def lived(task: Task, **changes: object) -> Trace:
    """What the runner would record of the task's own attributes."""
    a = task.attributes
    trace = factories.trace(
        pipeline_class=a.pipeline_class,
        model_id=a.model_id,
        scheduler_class=a.scheduler or "PNDMScheduler",
        requested_steps=a.steps,
        image_size=(a.width, a.height),
        methods={},
    )
    return trace.model_copy(update=changes)


LIVE = of(1, pipeline_class="StableDiffusionPipeline", scheduler=None, width=512)


@pytest.mark.parametrize(
    ("changes", "attribute"),
    [
        ({"pipeline_class": "StableDiffusionXLPipeline"}, "pipeline_class"),
        ({"model_id": "someone/else"}, "model_id"),
        ({"requested_steps": 4}, "steps"),
        ({"image_size": (64, 512)}, "width"),
        ({"methods": {"deepcache": {"interval": 3, "branch": 0}}}, "deepcache"),
    ],
)
def test_what_the_live_pipeline_shows_counts(changes: dict[str, object], attribute: str) -> None:
    assert wrong(LIVE, LIVE.reference, lived(LIVE)) == set()
    assert wrong(LIVE, LIVE.reference, lived(LIVE, **changes)) == {attribute}


def test_a_method_that_is_written_and_not_at_work_is_not_there() -> None:
    task = next(t for t in PICTURES if t.attributes.methods == (Step(method="fused_qkv"),))
    for methods, faults in (({"fused_qkv": {}}, set[str]()), ({}, {"fused_qkv"})):
        assert wrong(task, task.reference, lived(task, methods=methods)) == faults
    hidden = task.reference.replace("pipe.fuse_qkv_projections()", "getattr(pipe, 'fuse_' + 'qkv_projections')()")
    assert wrong(task, hidden, lived(task, methods={"fused_qkv": {}})) == set()


def test_a_number_that_the_text_hides_is_taken_from_the_record() -> None:
    code = LIVE.reference.replace(f"={LIVE.attributes.steps}", "=how_many()")
    assert wrong(LIVE, code) == {"steps"}
    assert wrong(LIVE, code, lived(LIVE)) == set()


def test_a_pipeline_whose_call_cannot_be_followed_is_taken_from_the_record() -> None:
    code = LIVE.reference.replace("image = pipe(", "drawn = {'it': pipe}\nimage = drawn['it'](")
    assert wrong(LIVE, code) == {"steps", "width", "height"}
    assert wrong(LIVE, code, lived(LIVE)) == set()


def test_a_gate_is_compared_as_the_step_that_code_names() -> None:
    task = next(t for t in PICTURES if (s := t.attributes.method("tgate")) and s.params.get("gate") == 0.3)
    step = round(0.3 * task.attributes.steps)
    assert wrong(task, task.reference.replace(f"gate_step={step}", "gate_step=0.3 * 10")) == {"tgate.gate_step"}
    (mismatch,) = compare(task, task.reference.replace(f"gate_step={step}", "gate_step=99")).mismatches
    assert (mismatch.wanted, mismatch.found) == (str(step), "99")
