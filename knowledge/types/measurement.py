"""What was measured."""

from typing import Literal

from pydantic import Field

from .denoiser import DenoiserFacts
from .record import Record, Scalar

TIE = 0.01
"""a difference in speed up to which two scripts are called equally fast"""
NOISY = 1.125
"""high end of the speedup's interval over its low end, beyond which the machine is too noisy to say: about ± 6%"""


class Interval(Record):
    """A bootstrap percentile interval."""

    low: float
    high: float
    level: float = 0.95


class Stages(Record):
    """Where the seconds of one image go, on the runner's clock. Their sum is the runner's whole call."""

    text_encoder_s: float
    denoiser_s: float
    vae_s: float
    rest_s: float
    denoiser_calls: int

    @property
    def total_s(self) -> float:
        return self.text_encoder_s + self.denoiser_s + self.vae_s + self.rest_s

    @property
    def per_step_s(self) -> float:
        return self.denoiser_s / max(1, self.denoiser_calls)


class Trace(Record):
    """What the runner recorded of the live pipeline during one image: the proof that a method ran."""

    pipeline_class: str
    model_id: str | None = Field(default=None, description="id on the hub, or the folder it was loaded from")
    controlnet_id: str | None = None
    denoiser_class: str
    denoiser_parameters: int
    denoiser_dtype: str
    text_dtype: str | None = Field(default=None, description="of the first text encoder; None: there is none")
    vae_dtype: str | None = None
    scheduler_class: str
    timesteps: int = Field(description="length of scheduler.timesteps after the call")
    guidance_scale: float | None = None
    requested_steps: int | None = Field(default=None, description="num_inference_steps of the call")
    strength: float | None = Field(default=None, description="image-to-image: share of the steps that the call runs")
    part: bool = Field(default=False, description="the call begins or ends on the way: denoising_start, denoising_end")
    denoiser_calls: int
    batch_sizes: dict[str, int] = Field(default={}, description="batch dimension of the denoiser -> calls with it")
    latent_shape: tuple[int, ...] = ()
    mid_block_calls: int | None = Field(default=None, description="fewer than denoiser_calls: deep features reused")
    self_attention_tokens: tuple[int, ...] = Field(default=(), description="distinct lengths seen by attn1, sorted")
    self_attention_calls: int = 0
    cross_attention_calls: int = Field(default=0, description="attn2 key projections that really ran")
    attention_kernels: tuple[str, ...] = Field(
        default=(), description="kernels behind PyTorch's attention that ran: flash, efficient, cudnn, math"
    )
    fused_qkv: bool = False
    channels_last: bool = False
    compiled: bool = False
    compile_mode: str | None = Field(default=None, description="of torch.compile: default, reduce-overhead, ...")
    timestep_spacing: str | None = Field(default=None, description="leading, trailing, linspace; as it is configured")
    solver: dict[str, Scalar] = Field(default={}, description="algorithm_type, use_karras_sigmas of the scheduler")
    vae_class: str | None = None
    vae_id: str | None = Field(default=None, description="what it was loaded from, where that is known")
    vae_upcast: bool = Field(default=False, description="it is turned to float32 for every picture")
    vae_passes: int | None = Field(default=None, description="of the decoder's network; None: not counted")
    vae_slicing: bool = False
    vae_tiling: bool = False
    adapters: tuple[str, ...] = Field(default=(), description="LoRAs that are active in the denoiser")
    weights: dict[str, int] = Field(default={}, description="type of the weights -> layers of the denoiser")
    quantised_layers: int = Field(default=0, description="layers whose weights a library keeps in fewer bits")
    offload: str | None = Field(default=None, description="model, sequential, group")
    parallel: int | None = Field(default=None, description="devices that share one picture")
    tf32: bool = Field(default=False, description="float32 products may be computed in TF32")
    images_per_call: int = 1
    progress_bar: bool = True
    watermark: bool = False
    methods: dict[str, dict[str, Scalar]] = Field(
        default={}, description="slugs of the methods found on the live objects -> their settings there"
    )
    vae_decodes: int = 0
    text_encodes: int | None = Field(default=None, description="calls of text encoders; None: there is none")
    text_tokens: int = Field(default=0, description="tokens of text that the denoiser attends to; 0: not seen")
    negative_prompt: str | None = Field(default=None, description="of the call, before it is repeated to the batch")
    distinct_timesteps: int | None = None
    components: dict[str, str] = Field(default={}, description="parts that are there -> their classes")
    parameters: dict[str, int] = Field(default={}, description="of the parts beside the denoiser")
    configs: dict[str, str] = Field(default={}, description="part -> a hash of what it is configured to be")
    samples: dict[str, str] = Field(
        default={}, description="part -> a hash of some of its weights, rounded to bfloat16; narrower ones have none"
    )
    swallowed: tuple[str, ...] = Field(default=(), description="keywords of the call that __call__ ignores silently")
    gflop: float | None = Field(default=None, description="counted by torch's FlopCounterMode; None: not counted")
    image_size: tuple[int, int] | None = Field(default=None, description="width, height of one picture")
    facts: DenoiserFacts | None = Field(default=None, description="what the live pipeline says of itself")


class Profile(Record):
    """The baseline alone."""

    kind: Literal["profile"] = "profile"
    latency_s: float = Field(description="median seconds an image, judge's clock, steady state")
    interval: Interval
    samples: int
    images_per_call: int = 1
    load_s: float = Field(description="import of the script until its first call, in a warm process")
    first_image_s: float
    peak_mb: float
    stages: Stages
    trace: Trace
    clip: float = Field(description="mean CLIP-Score, 100 * max(cos, 0)")
    clip_sd: float
    clip_scores: tuple[float, ...] = Field(description="one for each prompt of the protocol")
    seed_distance: float = Field(description="mean 1-SSIM of two pictures that differ in seed only: what drift 1 means")
    repeat_distance: float = Field(default=0.0, description="1-SSIM of one picture to itself, drawn once more")
    prompts: int


class Reading(Record):
    """What a metric of somebody's own says of a candidate's pictures beside the baseline's; the greater, the worse."""

    metric: str
    value: float = Field(description="mean over prompts")
    se: float = Field(description="its standard error")


class PromptScore(Record):
    """One prompt and seed, baseline beside candidate."""

    prompt: str
    seed: int
    clip_before: float
    clip_after: float
    drift: float
    metrics: dict[str, float] = Field(default={}, description="of plugins, where they were asked for")


class Evaluation(Record):
    """A candidate against the baseline. Speed and quality always come together."""

    kind: Literal["evaluation"] = "evaluation"
    protocol: Literal["quick", "final", "bench"]
    speedup: float = Field(description="median of paired ratios, baseline / candidate")
    speedup_interval: Interval
    pairs: int
    samples: tuple[tuple[float, float], ...] = Field(
        default=(), description="seconds an image of each timed pair, baseline and candidate"
    )
    latency_s: float
    baseline_s: float
    loss: float = Field(description="(mean clip before - mean clip after) / mean clip before")
    loss_se: float = Field(description="standard error of loss over paired prompts")
    drift: float = Field(description="mean (1-SSIM) to the baseline's picture, over that between two seeds")
    drift_se: float
    metrics: tuple[Reading, ...] = Field(default=(), description="of plugins, where they were asked for")
    prompts: int
    clip: float
    clip_before: float
    load_s: float
    first_image_s: float
    break_even_images: int | None = Field(default=None, description="images after which a slower start has paid back")
    peak_mb: float
    stages: Stages
    trace: Trace
    scores: tuple[PromptScore, ...] = ()
    flags: tuple[str, ...] = Field(
        default=(), description="sentences: what a person should look at before believing it"
    )

    def holds(self) -> bool:
        """Numbers may be served again."""
        return True

    @property
    def faster(self) -> bool:
        """Is the whole interval above 1, and by more than a tie?"""
        return self.speedup_interval.low > 1 + TIE

    @property
    def noisy(self) -> bool:
        """Is the interval of the speedup so wide that the machine was too noisy to say?"""
        return self.speedup_interval.high > NOISY * self.speedup_interval.low

    def reading(self, metric: str) -> Reading | None:
        """What this metric says; None where it was not asked."""
        return next((r for r in self.metrics if r.metric == metric), None)

    @property
    def standing(self) -> tuple[float, float, float]:
        """Speedup, loss and drift, of each the more the better."""
        return self.speedup, -self.loss, -self.drift
