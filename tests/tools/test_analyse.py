"""What analysis finds in scripts as people write them, and that no text makes it raise."""

import gc
import json
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import golden
import pytest
from corpus import EVERY, SCRIPTS, analysed, text
from hypothesis import given, settings
from hypothesis import strategies as st

from diffagent_mcp.knowledge.types import PipelineSite, Scalar, Script, Step
from diffagent_mcp.tools.script.analyse import Unreadable, analyse
from diffagent_mcp.tools.script.choose import NoChoice, choose

LOAD = 'from diffusers import StableDiffusionPipeline as P\npipe = P.from_pretrained("a/b")\n'


@EVERY
def test_the_facts_of_every_script(path: Path) -> None:
    found = analysed(text(path), path.name).model_dump(mode="json")
    found.pop("source_sha")
    golden.check(f"analysis/{path.stem}.json", json.dumps(found, indent=2) + "\n")


@EVERY
def test_every_script_has_one_pipeline_with_calls(path: Path) -> None:
    (site,) = analysed(text(path)).pipelines
    assert site.pipeline_class == "StableDiffusionPipeline" and site.calls
    assert site.model_id in ("stable-diffusion-v1-5/stable-diffusion-v1-5", "runwayml/stable-diffusion-v1-5")
    lines = text(path).splitlines()
    for call in site.calls:
        assert call.receiver in lines[call.start.line - 1][call.start.column :] or call.receiver.startswith("Stable")


def applied(code: str) -> tuple[str, ...]:
    return analysed(code).pipelines[0].applied


@pytest.mark.parametrize(
    ("line", "slug"),
    [
        ("from DeepCache import DeepCacheSDHelper as H\nh = H(pipe=pipe)", "deepcache"),
        ("import tomesd\ntomesd.apply_patch(pipe, ratio=0.5)", "tome"),
        ("from tgate import TgateSDLoader\npipe = TgateSDLoader(pipe)", "tgate"),
        ("pipe.fuse_qkv_projections()", "fused_qkv"),
        ("import torch\npipe.unet.to(memory_format=torch.channels_last)", "channels_last"),
        ("import torch\npipe.unet = torch.compile(pipe.unet)", "compile"),
        ("pipe.unet.compile_repeated_blocks()", "compile"),
        ("import torch\npipe.to(torch.bfloat16)", "precision"),
        ("pipe.enable_vae_slicing()", "vae_slicing"),
        ("pipe.enable_vae_tiling()", "vae_tiling"),
        ("pipe.transformer.set_attention_backend('flash')", "attention_backend"),
        ("import torch\ntorch.set_float32_matmul_precision('high')", "tf32"),
        ("from diffusers.hooks import apply_group_offloading\napply_group_offloading(pipe.unet)", "group_offload"),
        ("from sfast.compilers.diffusion_pipeline_compiler import compile\npipe = compile(pipe, config)", "compile"),
        ("from onediff.infer_compiler import oneflow_compile\npipe.unet = oneflow_compile(pipe.unet)", "compile"),
        ("from tomesd.patch import apply_patch\napply_patch(pipe, 0.5)", "tome"),
        ("pipe = pipe.half()", "precision"),
        (
            "from diffusers.callbacks import SDCFGCutoffCallback as C\npipe('x', callback=C())",
            "guidance_cutoff",
        ),
    ],
)
def test_methods_that_are_there_are_recognised(line: str, slug: str) -> None:
    assert applied(LOAD) == () and applied(LOAD + line + "\n") == (slug,)


@pytest.mark.parametrize(
    "line",
    [
        "device = torch.device('cuda')\npipe = pipe.to(device)",
        "pipe.unet.to(device=torch.device('cuda'))",
        "pipe('x', generator=torch.Generator(torch.device('cpu')).manual_seed(0))",
        "pipe.vae.decode = torch.compile(pipe.vae.decode)",
        "pipe.text_encoder.compile()",
        "torch.set_float32_matmul_precision('highest')",
        "pipe.enable_attention_slicing()",
    ],
)
def test_what_scripts_do_for_other_reasons_is_no_method(line: str) -> None:
    assert applied(f"import torch\n{LOAD}{line}\n") == ()


@pytest.mark.parametrize(
    ("call", "params"),
    [
        ("torch.compile(pipe.unet, mode='reduce-overhead')", {"scope": "whole", "mode": "reduce-overhead"}),
        ("torch.compile(pipe.unet, fullgraph=True)", {"scope": "whole"}),
        ("pipe.unet.compile(mode=MODE)", {"scope": "whole", "mode": "max-autotune"}),
        ("pipe.unet.compile_repeated_blocks(mode='default')", {"scope": "regional"}),
    ],
)
def test_the_mode_of_a_compilation_is_read(call: str, params: dict[str, Scalar]) -> None:
    (step,) = analysed(f"import torch\nMODE = 'max-autotune'\n{LOAD}x = {call}\n").pipelines[0].methods
    assert step == Step(method="compile", params=params)


_BACKEND = "PipelineQuantizationConfig(quant_backend='{0}', components_to_quantize=['{1}'])"
_MAPPING = "PipelineQuantizationConfig(quant_mapping={{'{1}': {0}Config()}})"


@pytest.mark.parametrize(
    ("config", "found"),
    [
        (_BACKEND.format("bitsandbytes_4bit", "unet"), "bitsandbytes"),
        (_BACKEND.format("quanto", "unet"), "quanto"),
        (_BACKEND.format("torchao", "text_encoder"), None),
        (_BACKEND.format("gguf", "unet"), None),
        (_MAPPING.format("TorchAo", "unet"), "torchao"),
        (_MAPPING.format("TorchAo", "text_encoder"), None),
    ],
)
def test_the_library_that_quantises_is_the_one_that_is_named(config: str, found: str | None) -> None:
    head = "from diffusers import PipelineQuantizationConfig, TorchAoConfig\n"
    load = LOAD.replace('")', '", quantization_config=config)')
    assert applied(f"{head}config = {config}\n{load}") == ((found,) if found else ())


def test_a_denoiser_in_fewer_bits_is_found_and_a_text_encoder_is_not() -> None:
    head = "from diffusers import BitsAndBytesConfig, QuantoConfig, UNet2DConditionModel as U\nq = QuantoConfig()\n"
    own = f"{head}u = U.from_pretrained('a/b', quantization_config=q)\n"
    assert applied(own + LOAD.replace('")', '", unet=u)')) == ("quanto",)
    assert applied(own + LOAD.replace('")', '", text_encoder=u)')) == ()
    assert applied(f"{own}{LOAD}pipe.unet = u\n") == ("quanto",)


@pytest.mark.parametrize("given", ["**options", "**dict(torch_dtype=torch.float16)", "**{'torch_dtype': 'float16'}"])
def test_what_stands_behind_stars_is_read_where_the_pipeline_is_loaded(given: str) -> None:
    head = "import torch\noptions = {'torch_dtype': torch.float16}\n"
    site = analysed(head + LOAD.replace('")', f'", {given})')).pipelines[0]
    assert site.dtype == "float16" and "torch_dtype" in site.load_keywords


def test_two_functions_with_a_pipe_each_are_two_pipelines() -> None:
    code = (
        "from diffusers import StableDiffusionPipeline as A, StableDiffusionXLPipeline as B\n"
        "def one():\n    pipe = A.from_pretrained('a')\n    return pipe('x', num_inference_steps=10)\n"
        "def two():\n    pipe = B.from_pretrained('b')\n    return pipe('y', num_inference_steps=20)\n"
    )
    first, second = analysed(code).pipelines
    assert [(p.model_id, [c.steps for c in p.calls]) for p in (first, second)] == [("a", [10]), ("b", [20])]


def test_a_parameter_of_the_same_name_is_somebody_else() -> None:
    (site,) = analysed(LOAD + "def other(pipe):\n    return pipe('x')\nother(open)\npipe('y')\n").pipelines
    assert [c.positional for c in site.calls] == [("'y'",)]


@pytest.mark.parametrize(
    "code",
    [
        "def f(pipe):\n    pipe('no')\nf(open)",
        "def f():\n    pipe = open('x')\n    pipe('no')",
        "f = lambda pipe: pipe('no')",
        "[pipe('no') for pipe in others]",
        "class Other:\n    def f(self): self.pipe('no')",
        "other.pipe('no')",
        "import json\ndef load(): return pipe\npipes = json.load(f)\npipes('no')",
    ],
)
def test_what_is_somebody_elses_is_not_called(code: str) -> None:
    (site,) = analysed(f"{LOAD}{code}\npipe('yes')\n").pipelines
    assert [c.positional for c in site.calls] == [("'yes'",)]


@pytest.mark.parametrize(
    "code",
    [
        "p = pipe\np('yes')",
        "def load(): return pipe\nload()('yes')",
        "def load(): return pipe\np = load().to('cuda')\np('yes')",
        "def f(p):\n    p('yes')\nf(pipe)",
        "async def f(*, p):\n    p('yes')\nf(p=pipe)",
        "def outer():\n    def inner(): pipe('yes')",
        "class S:\n    def __init__(self, p): self.p = p\n    def f(self): self.p('yes')\nS(pipe)",
        "class S:\n    def __init__(self): self.p = pipe\ns = S()\ns.p('yes')",
        "class S:\n    def __init__(self): self.p = pipe\nclass T(S):\n    def f(self): self.p('yes')",
        "class S:\n    @property\n    def p(self): return pipe\n    def f(self): self.p('yes')",
        "async def load(): return pipe\nasync def handle():\n    p = await load()\n    p('yes')",
        "[pipe('yes') for n in range(3)]",
        "pipe.__call__('yes')",
    ],
)
def test_a_pipeline_is_followed(code: str) -> None:
    (site,) = analysed(f"{LOAD}{code}\n").pipelines
    assert [c.positional for c in site.calls] == [("'yes'",)]


@pytest.mark.parametrize(
    ("code", "steps"),
    [
        ("a, n = 1, 30", 30),
        ("n = 30\nn += 1", None),
        ("n = 30\nfor n in range(3): pass", None),
        ("def f(n=4): pass\nf(50)", None),
        ("def f(n): pass\nn = 30\nf(n)\nf(n=n)", 30),
        ("n = -(-30)", 30),
        ("n = '30'", None),
        ("n = True", None),
    ],
)
def test_steps_are_read_where_they_are_certain(code: str, steps: int | None) -> None:
    (site,) = analysed(f"{LOAD}{code}\npipe('x', num_inference_steps=n)\n").pipelines
    assert site.calls[0].steps == steps


@pytest.mark.parametrize(("change", "steps"), [("", 40), ("o['num_inference_steps'] = 9", None), ("o.update(z)", None)])
def test_options_that_change_are_unknown(change: str, steps: int | None) -> None:
    (site,) = analysed(f"{LOAD}o = {{'num_inference_steps': 40}}\n{change}\npipe('x', **o)\n").pipelines
    assert site.calls[0].steps == steps


def test_positions_count_characters() -> None:
    (site,) = analysed(f"\ufeff{LOAD}'größer'; x = pipe('ü'); y = 1\n").pipelines
    (call,) = site.calls
    assert (call.start.line, call.start.column, call.end.column) == (3, 14, 23)


def test_a_name_that_has_two_values_is_unknown() -> None:
    (site,) = analysed(LOAD + "n = 10\nif x:\n    n = 20\npipe('x', num_inference_steps=n)\n").pipelines
    assert site.calls[0].steps is None


def test_choosing_a_pipeline() -> None:
    bad = Path(__file__).parents[1] / "scripts" / "bad"
    two = analysed(text(bad / "two_pipelines.py"))
    several = choose(two, None)
    assert isinstance(several, NoChoice) and "base (StableDiffusionPipeline, line 3); refiner" in several.message
    for name in ("base", "3"):
        found = choose(two, name)
        assert isinstance(found, PipelineSite) and found.name == "base"
    unknown = choose(two, "nope")
    assert isinstance(unknown, NoChoice) and "has no pipeline called nope; it has base" in unknown.message
    assert "builds no diffusers pipeline" in str(choose(analysed("x = 1"), None))


@pytest.mark.parametrize(
    "code",
    [
        "def f(:",
        "\0",
        LOAD + "pipe" + ".to(1)" * 900,
        LOAD + "pipe" + ".a" * 900 + "()",
        "x = '\ud800'",
        "(" * 10_000,
        "x" + "+x" * 50_000,
        "\ufeffx = 1",
        "",
        "# nothing",
        "\f\x0b\x85",
    ],
)
def test_odd_texts_are_answered(code: str) -> None:
    assert isinstance(analyse("odd.py", code), Script | Unreadable)


def test_what_is_not_python_says_where() -> None:
    found = analyse("notes.py", "x = 1\nbuy milk\n")
    assert isinstance(found, Unreadable) and found.line == 2
    assert found.message.startswith("notes.py, line 2: not Python that can be parsed")


@settings(max_examples=150, deadline=None)
@given(st.text(st.characters()))
def test_no_text_raises(code: str) -> None:
    assert isinstance(analyse("any.py", code), Script | Unreadable)


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 10**6))
def test_no_mangled_script_raises(seed: int) -> None:
    rng = random.Random(seed)
    code = text(rng.choice(list(SCRIPTS.values())))
    lines = code.splitlines(keepends=True)
    for _ in range(rng.randrange(1, 6)):
        at = rng.randrange(len(lines))
        lines[at] = rng.choice(["", lines[rng.randrange(len(lines))], lines[at][: rng.randrange(1 + len(lines[at]))]])
    assert isinstance(analyse("mangled.py", "".join(lines)), Script | Unreadable)


@pytest.fixture
def own_heap() -> Iterator[None]:
    """What other tests keep alive is not the analysis's to collect: alone it takes a fifth of the bound."""
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


@pytest.mark.usefixtures("own_heap")
def test_a_long_file_is_read_quickly() -> None:
    body = "".join(f"def f{n}(a, b=1):\n    c = a + b * {n}\n    return print(c)\n\n" for n in range(750))
    started = time.process_time()
    (site,) = analysed(LOAD + body + "pipe('x', num_inference_steps=30)\n").pipelines
    assert site.calls[0].steps == 30
    assert time.process_time() - started < 0.5


@pytest.mark.usefixtures("own_heap")
def test_many_pipelines_and_calls_are_read_quickly() -> None:
    body = "".join(
        f"def f{n}(a):\n    pipe{n} = P.from_pretrained('m')\n    return pipe{n}(a, num_inference_steps={n})\n"
        for n in range(60)
    )
    started = time.process_time()
    script = analysed(LOAD + body + "".join(f"pipe('x', num_inference_steps={n})\n" for n in range(300)))
    assert [len(p.calls) for p in script.pipelines] == [300] + [1] * 60
    assert time.process_time() - started < 2.0


def test_analysis_imports_nothing_heavy() -> None:
    code = "import sys, diffagent_mcp.tools.script.edit; print(*sorted({m.split('.')[0] for m in sys.modules}))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"torch", "diffusers", "numpy", "transformers"} & set(loaded)
