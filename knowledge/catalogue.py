"""Every method we know, listed by hand so that nothing depends on what was imported first, and those of plugins."""

from collections.abc import Iterable
from types import MappingProxyType

from pydantic import ValidationError

from . import plugins
from .method import Method
from .methods.attention_backend import AttentionBackend
from .methods.batching import Batching
from .methods.bitsandbytes import BitsAndBytes
from .methods.cache_dit import CacheDiT
from .methods.channels_last import ChannelsLast
from .methods.compile import Compile
from .methods.context_parallel import ContextParallel
from .methods.deepcache import DeepCache
from .methods.faster_cache import FasterCache
from .methods.few_step_lora import FewStepLora
from .methods.first_block_cache import FirstBlockCache
from .methods.fp16_vae import Fp16Vae
from .methods.fused_qkv import FusedQKV
from .methods.group_offload import GroupOffload
from .methods.guidance_cutoff import GuidanceCutoff
from .methods.guidance_interval import GuidanceInterval
from .methods.layer_skip import LayerSkip
from .methods.layerwise_casting import LayerwiseCasting
from .methods.mag_cache import MagCache
from .methods.model_offload import ModelOffload
from .methods.precision import Precision
from .methods.progress_bar import ProgressBar
from .methods.prompt_cache import PromptCache
from .methods.pyramid_attention import PyramidAttention
from .methods.quanto import Quanto
from .methods.sage_attention import SageAttention
from .methods.sampler import Sampler
from .methods.sdpa_kernel import SdpaKernel
from .methods.sequential_offload import SequentialOffload
from .methods.taylorseer import TaylorSeer
from .methods.tf32 import TF32
from .methods.tgate import TGate
from .methods.timestep_spacing import TimestepSpacing
from .methods.tiny_vae import TinyVae
from .methods.tome import ToMe
from .methods.torchao import TorchAO
from .methods.vae_slicing import VaeSlicing
from .methods.vae_tiling import VaeTiling
from .methods.watermark import Watermark
from .methods.xformers import XFormers
from .plugged import admitted
from .types import Plan, Step

OURS: tuple[type[Method], ...] = (
    Sampler,
    FewStepLora,
    TimestepSpacing,
    Precision,
    TF32,
    TorchAO,
    Quanto,
    BitsAndBytes,
    LayerwiseCasting,
    DeepCache,
    FirstBlockCache,
    TaylorSeer,
    MagCache,
    PyramidAttention,
    FasterCache,
    CacheDiT,
    ToMe,
    TGate,
    GuidanceCutoff,
    GuidanceInterval,
    LayerSkip,
    FusedQKV,
    SdpaKernel,
    XFormers,
    SageAttention,
    AttentionBackend,
    ChannelsLast,
    Compile,
    ContextParallel,
    TinyVae,
    Fp16Vae,
    VaeSlicing,
    VaeTiling,
    PromptCache,
    Batching,
    ProgressBar,
    Watermark,
    ModelOffload,
    GroupOffload,
    SequentialOffload,
)
PLUGINS = tuple(admitted(p, {m.slug for m in OURS}) for p in plugins.found(plugins.METHODS))
"""what installed packages bring, also where it is broken"""
PLUGGED = tuple(p.given for p in PLUGINS if isinstance(p.given, type) and issubclass(p.given, Method))
METHODS = (*OURS, *PLUGGED)
CATALOGUE = MappingProxyType({m.slug: m for m in METHODS})


def method_of(step: Step) -> Method | None:
    """The method with its knobs set; None where the name or a knob is not known (`rules.problems` says why)."""
    kind = CATALOGUE.get(step.method)
    try:
        return kind(**step.params) if kind else None  # pyright: ignore[reportArgumentType]
    except ValidationError:
        return None


def draws(slugs: Iterable[str]) -> bool:
    """Does any of these methods draw random numbers of its own?"""
    return any(CATALOGUE[s].draws for s in slugs if s in CATALOGUE)


def methods_of(plan: Plan) -> list[Method]:
    """The plan's methods in the order in which they are set up."""
    return sorted((m for s in plan.steps if (m := method_of(s))), key=lambda m: m.order)
