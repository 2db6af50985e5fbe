"""Parts that several tiny pipelines share: autoencoders, text towers, tokenizers. All random, all a few kilobytes."""

from typing import Any

import torch

from diffagent_mcp.bench.zoo.text import build_clip_tower
from diffagent_mcp.bench.zoo.tokenizer import build_t5_tokenizer, build_tokenizer
from diffagent_mcp.bench.zoo.untyped import diffusers, transformers

WIDTH = 32
"""of every text tower that is not CLIP's"""
_ENDS = ("<|endoftext|>", "<|im_start|>", "<|im_end|>")
_CHAT = (
    "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}<|im_start|>assistant\n"
)


def seeded(maker: Any, **settings: Any) -> Any:
    """A model with weights that are the same every time."""
    torch.manual_seed(0)
    return maker(**settings).eval()


def vae(**settings: Any) -> Any:
    usual = {"block_out_channels": (8, 8, 8, 8), "layers_per_block": 1, "norm_num_groups": 4, "latent_channels": 4}
    blocks = len(settings.get("block_out_channels", usual["block_out_channels"]))
    return seeded(
        diffusers.AutoencoderKL,
        down_block_types=("DownEncoderBlock2D",) * blocks,
        up_block_types=("UpDecoderBlock2D",) * blocks,
        **(usual | settings),
    )


def shifted_vae(channels: int = 16) -> Any:
    """As flow-matching pipelines have it."""
    more = {"use_quant_conv": False, "use_post_quant_conv": False, "shift_factor": 0.0609, "scaling_factor": 1.5035}
    return vae(latent_channels=channels, **more)


def clip(kind: str = "CLIPTextModelWithProjection") -> tuple[Any, Any]:
    """Tokenizer and text tower of width 64."""
    torch.manual_seed(0)
    tokenizer = build_tokenizer()
    return tokenizer, build_clip_tower(len(tokenizer), kind).eval()


def t5(kind: str = "T5", width: int = WIDTH) -> tuple[Any, Any]:
    tokenizer = build_t5_tokenizer()
    config = getattr(transformers, f"{kind}Config")(
        vocab_size=len(tokenizer), d_model=width, d_kv=8, d_ff=64, num_layers=2, num_heads=4, is_encoder_decoder=False
    )
    return tokenizer, seeded(getattr(transformers, f"{kind}EncoderModel"), config=config)


def bert() -> tuple[Any, Any]:
    tokenizer = build_t5_tokenizer()
    sizes = {"hidden_size": WIDTH, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 64}
    config = transformers.BertConfig(vocab_size=len(tokenizer), **sizes)
    return tokenizer, seeded(transformers.BertModel, config=config)


def gemma() -> tuple[Any, Any]:
    tokenizer = build_t5_tokenizer()
    config = transformers.Gemma2Config(vocab_size=len(tokenizer), head_dim=8, attn_implementation="eager", **_decoder())
    return tokenizer, seeded(transformers.Gemma2Model, config=config)


def qwen3() -> tuple[Any, Any]:
    tokenizer = _bytes_tokenizer()
    config = transformers.Qwen3Config(vocab_size=len(tokenizer), head_dim=8, **_decoder())
    return tokenizer, seeded(transformers.Qwen3Model, config=config)


def qwen_vl() -> tuple[Any, Any]:
    tokenizer = _bytes_tokenizer()
    rope = {"mrope_section": [1, 1, 2], "rope_type": "default", "type": "default"}
    text = {**_decoder(), "vocab_size": len(tokenizer), "rope_scaling": rope, "rope_theta": 1e6}
    vision = {"depth": 1, "hidden_size": 16, "intermediate_size": 16, "num_heads": 2, "out_hidden_size": WIDTH}
    config = transformers.Qwen2_5_VLConfig(text_config=text, vision_config=vision, vocab_size=len(tokenizer))
    return tokenizer, seeded(transformers.Qwen2_5_VLForConditionalGeneration, config=config)


def _decoder() -> dict[str, Any]:
    return {
        "hidden_size": WIDTH,
        "intermediate_size": 64,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "num_key_value_heads": 4,
    }


def _bytes_tokenizer() -> Any:
    """Qwen's, with no merges: a token a byte."""
    symbols = [s for s in build_tokenizer().get_vocab() if len(s) == 1]
    ids = {token: index for index, token in enumerate([*symbols, *_ENDS])}
    tokenizer = transformers.Qwen2Tokenizer(vocab=ids, merges=[])
    tokenizer.add_special_tokens({"additional_special_tokens": list(_ENDS[1:])})
    tokenizer.chat_template = _CHAT
    return tokenizer
