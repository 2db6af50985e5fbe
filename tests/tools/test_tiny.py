"""Pipelines beyond the benchmark's on the real runner: they run, and the record says what their cards say."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from factories import CPU, LIBRARIES
from tiny import TINY, Tiny

from diffagent_mcp.knowledge.pipelines import any_card_for
from diffagent_mcp.knowledge.signatures import signature_of
from diffagent_mcp.knowledge.situation import recorded, situation_at
from diffagent_mcp.knowledge.types import DenoiserFacts, Failure, Script, Trace
from diffagent_mcp.tools.measure.runner import Live, Pictures, Runner
from diffagent_mcp.tools.measure.sampling import trace_of
from diffagent_mcp.tools.script.analyse import analyse

SOON = ("flux", "wan", "z_image", "cascade", "audioldm")
"""one of every kind; the others take a minute more"""
PROMPTS = ["a red circle on a white background", "a blue square on a black background"]
UNHEARD_OF = """\
import torch
from diffusers import DDIMScheduler, DiffusionPipeline
from diffusers.models.attention import BasicTransformerBlock


class OurNet(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = torch.nn.ModuleList(BasicTransformerBlock(16, 2, 8, cross_attention_dim=4) for _ in range(3))

    def forward(self, x, timestep, text):
        for layer in self.layers:
            x = layer(x, encoder_hidden_states=text)
        return x


class OurOwnPipeline(DiffusionPipeline):
    def __init__(self, net, scheduler):
        super().__init__()
        self.register_modules(net=net, scheduler=scheduler)

    @torch.no_grad()
    def __call__(self, prompt, num_inference_steps=5, generator=None, output_type="pil", **kwargs):
        self.scheduler.set_timesteps(num_inference_steps)
        x, text = torch.randn(1, 64, 16, generator=generator), torch.full((1, 2, 4), float(len(prompt)))
        for t in self.scheduler.timesteps:
            x = self.scheduler.step(self.net(x, t, text), t, x).prev_sample
        return (x.reshape(1, 32, 32).sigmoid()[..., None].repeat(1, 1, 1, 3).numpy(),)


torch.manual_seed(0)
pipe = OurOwnPipeline(OurNet(), DDIMScheduler())
image = pipe("a red circle", num_inference_steps=5)
"""


@dataclass
class Drawn:
    """One of them as it is: its live call, and the record of it."""

    tiny: Tiny
    live: Live
    trace: Trace


def start(runner: Runner, folder: Path, code: str, pipeline_class: str) -> Live:
    path = folder / "script.py"
    path.write_text(code)
    told = {"code": code, "script": "script.py", "arguments": [], "pipeline_class": pipeline_class, "sites": []}
    live = runner.start(told, path)
    assert isinstance(live, Live), live
    return live


def record_of(live: Live) -> Trace:
    made = live.pictures(PROMPTS[:1], [1], deep=True)
    assert isinstance(made, Pictures), made
    trace = trace_of(made)
    assert not isinstance(trace, Failure), trace
    return trace


@pytest.fixture(scope="module")
def drawn(
    request: pytest.FixtureRequest, runner: Runner, zoo_home: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Drawn]:
    tiny: Tiny = request.param
    tiny.lay_out(zoo_home)
    live = start(runner, tmp_path_factory.mktemp("tiny"), tiny.source(), tiny.pipeline_class)
    yield Drawn(tiny, live, record_of(live))
    live.close()


EVERY = pytest.mark.parametrize(
    "drawn",
    [pytest.param(t, id=t.name, marks=() if t.name in SOON else pytest.mark.slow) for t in TINY],
    indirect=True,
    scope="module",
)


@EVERY
def test_the_live_pipeline_is_as_its_card_says(drawn: Drawn) -> None:
    tiny, trace = drawn.tiny, drawn.trace
    card, facts = any_card_for(tiny.pipeline_class, tiny.model_id), trace.facts
    assert card is not None and facts is not None
    assert (trace.pipeline_class, trace.scheduler_class) == (card.pipeline_class, card.scheduler)
    assert (facts.backbone, facts.denoiser_class) == (card.backbone, trace.denoiser_class)
    assert facts.attribute == (card.denoiser or ("unet" if card.backbone == "unet" else "transformer"))
    assert facts.prediction in (card.prediction, None)
    usual = signature_of(tiny.pipeline_class)
    assert (facts.callback, facts.swallows) == (usual.callback, usual.swallows)
    assert usual.guidance is None or usual.guidance in facts.guidance


@EVERY
def test_guidance_is_computed_as_the_card_says(drawn: Drawn) -> None:
    card, trace = any_card_for(drawn.tiny.pipeline_class), drawn.trace
    assert card is not None
    extra = 1 if trace.scheduler_class == "PNDMScheduler" else 0
    calls, batch = drawn.tiny.steps + extra, set(trace.batch_sizes)
    if card.family == "cascade":
        assert batch == {"1"}, "only its prior is guided"
    elif card.guided == "together":
        assert (trace.denoiser_calls, batch) == (calls, {"2"})
    else:
        assert (trace.denoiser_calls, batch) == (calls * (2 if card.guided == "apart" else 1), {"1"})


@EVERY
def test_clips_and_sound_are_pictures_for_the_judge(drawn: Drawn) -> None:
    card, size = any_card_for(drawn.tiny.pipeline_class), drawn.trace.image_size
    assert card is not None and size is not None
    width, height = size
    assert card.mode == "text2audio" or (height > width) == (card.mode == "text2video"), "frames under each other"
    again, other = (drawn.live.pictures(PROMPTS[:1], [seed]) for seed in (1, 2))
    assert isinstance(again, Pictures) and isinstance(other, Pictures)
    assert again.pixels != other.pixels, "the seed counts"


def test_a_pipeline_nobody_has_described_is_inspected(runner: Runner, zoo_home: Path, tmp_path: Path) -> None:
    live = start(runner, tmp_path, UNHEARD_OF, "OurOwnPipeline")
    trace = record_of(live)
    live.close()
    assert trace.denoiser_calls == 5 and trace.latent_shape == (1, 64, 16)
    assert trace.facts == DenoiserFacts(
        attribute="net",
        denoiser_class="OurNet",
        backbone="dit",
        cross_attention=True,
        blocks=3,
        block_classes=("BasicTransformerBlock",),
        stacks=("layers",),
        prediction="epsilon",
        swallows=True,
    )
    script = analyse("script.py", UNHEARD_OF.replace("OurOwnPipeline(OurNet", "DiffusionPipeline(OurNet"))
    assert isinstance(script, Script)
    here = recorded(situation_at(script.pipelines[0], CPU, LIBRARIES), trace)
    assert (here.backbone, here.denoiser, here.steps, here.flow) == ("dit", "net", 5, False)
