"""The pipelines of the matrix: the zoo's with trained weights, the others tiny and random, and some with an adapter."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from pipelines import CASES, SD15, Case
from tiny import TINY, Tiny
from tiny.adapters import save_ip_adapter, save_lora

from diffagent_mcp.knowledge.pipelines import any_card_for

STEPS = 10
_TITLES = {"sd15-lora": "Stable Diffusion 1.5 with a LoRA", "sd15-ip-adapter": "Stable Diffusion 1.5 with IP-Adapter"}
_LORA = 'pipe.load_lora_weights("{folder}", weight_name="lora.safetensors")\n'
_IP_ADAPTER = (
    'pipe.load_ip_adapter("{folder}", subfolder="models", weight_name="ip.safetensors", image_encoder_folder=None)\n'
)


def nothing(_: Path) -> None:
    """Nothing has to be saved for it."""


@dataclass(frozen=True)
class Subject:
    """One pipeline, and a script that calls it."""

    name: str
    title: str
    pipeline_class: str
    model_id: str
    trained: bool
    text: str
    lay_out: Callable[[Path], None] = field(default=nothing, compare=False)

    def source(self, home: Path) -> str:
        """The script; what it loads beside the pipeline lies under `home`."""
        return self.text.replace("{folder}", str(home / self.name))

    @property
    def labels(self) -> list[int]:
        return [5] if self.pipeline_class == "DiTPipeline" else []


def subjects() -> list[Subject]:
    """All of them, in the order of the page."""
    return [*map(_zoo, CASES), *_adapted(), *map(_random, TINY)]


def _zoo(case: Case) -> Subject:
    text = case.source().replace("num_inference_steps=6", f"num_inference_steps={STEPS}")
    title = _title(case.pipeline_class, case.model_id)
    return Subject(case.name, title, case.pipeline_class, case.model_id, True, text)


def _random(tiny: Tiny) -> Subject:
    text = tiny.source().replace("num_inference_steps=6", f"num_inference_steps={STEPS}")
    title = _title(tiny.pipeline_class, tiny.model_id)
    return Subject(tiny.name, title, tiny.pipeline_class, tiny.model_id, False, text, tiny.lay_out)


def _adapted() -> list[Subject]:
    """The zoo's Stable Diffusion 1.5 with something loaded onto it."""
    plain = _zoo(next(c for c in CASES if c.name == "sd15"))
    before, call = plain.text.split("image = ")
    with_ip = call.replace(", num_inf", ", ip_adapter_image_embeds=[torch.ones(2, 1, 32)], num_inf")
    return [
        Subject("sd15-lora", _TITLES["sd15-lora"], plain.pipeline_class, SD15, True,
                f"{before}{_LORA}image = {call}", lambda home: save_lora(home / "sd15-lora")),
        Subject("sd15-ip-adapter", _TITLES["sd15-ip-adapter"], plain.pipeline_class, SD15, True,
                f"{before}{_IP_ADAPTER}image = {with_ip}", lambda home: save_ip_adapter(home / "sd15-ip-adapter")),
    ]  # fmt: skip


def _title(pipeline_class: str, model_id: str) -> str:
    card = any_card_for(pipeline_class, model_id)
    mode = {"img2img": ", image to image"}.get(card.mode, "") if card else ""
    return (card.title if card else pipeline_class) + mode
