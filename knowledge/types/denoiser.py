"""What a live pipeline says of itself, whether its class is known or not."""

from typing import Literal

from pydantic import Field

from .record import Record


class DenoiserFacts(Record):
    """Read from the live objects, so that a pipeline nobody has described can be accelerated too."""

    attribute: str = Field(description="of the pipeline, that holds the denoiser: unet, transformer, decoder")
    denoiser_class: str
    backbone: Literal["unet", "dit", "unknown"] = Field(
        description="unet: blocks on the way down and up; dit: a row of transformer blocks"
    )
    cross_attention: bool = Field(description="some layer attends to the text alone; joint attention is not that")
    blocks: int = Field(description="transformer blocks, wherever they are in it")
    block_classes: tuple[str, ...] = ()
    stacks: tuple[str, ...] = Field(
        default=(), description="attributes of the denoiser that are rows of them: transformer_blocks, blocks, layers"
    )
    cache: bool = Field(default=False, description="it is a CacheMixin: `enable_cache` works")
    tells: bool = Field(default=False, description="__call__ tells that cache which half of guidance a call is for")
    repeated_blocks: tuple[str, ...] = Field(default=(), description="classes that compile_repeated_blocks compiles")
    fuses: bool = Field(default=False, description="fuse_qkv_projections reaches its attention layers")
    dispatches: bool = Field(default=False, description="set_attention_backend reaches its attention layers")
    prediction: str | None = Field(default=None, description="epsilon, v_prediction, flow, ... as the scheduler has it")
    decoder: str | None = Field(default=None, description="attribute that turns latents into pixels: vae, movq")
    inner: tuple[str, ...] = Field(
        default=(), description="pipelines inside it: what is put on the outer one is not theirs"
    )
    callback: bool = Field(default=False, description="__call__ takes callback_on_step_end")
    tensor_inputs: tuple[str, ...] = Field(default=(), description="what such a callback may ask for and change")
    guidance: tuple[str, ...] = Field(default=(), description="keywords of __call__ that are about guidance")
    swallows: bool = Field(default=False, description="__call__ ignores keywords that it does not know")
