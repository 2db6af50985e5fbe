"""The diffusion transformers: DiT, steered by a class, and PixArt, steered by text. PixArt starts from DiT's weights.

Both see 64 tokens of 16 values. DiT cuts them from 16x16 latents of 4 channels by patches of 2; PixArt's autoencoder
folds them beforehand, so that its latents are 8x8 of 16 channels and its patches 1. Both say epsilon, and a variance
that their samplers leave aside, as with the real ones.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.utils import parametrize

from .classes import CLASSES, SCENES, number_of, scene_of
from .text import TEXT_WIDTH
from .unets import take_weights
from .untyped import Transformer, diffusers
from .world import BACKGROUNDS, COLOURS, SHAPES, attributes

HEADS = 4
HEAD_WIDTH = 24
LAYERS = 6
FOLD = 2
PIXART_SIZE = 32
"""Makes PixArt's bins 256 px and, with a factor of 32, its default pictures 1024 px."""


def build_dit(classes: int = SCENES) -> Transformer:
    """DiT, untrained. `share_words` fits it for training, where it needs a row for each scene only."""
    model = diffusers.DiTTransformer2DModel(
        num_attention_heads=HEADS,
        attention_head_dim=HEAD_WIDTH,
        in_channels=4,
        out_channels=8,
        num_layers=LAYERS,
        sample_size=16,
        patch_size=2,
        num_embeds_ada_norm=classes,
    )
    for block in model.transformer_blocks:
        nn.init.zeros_(block.norm1.linear.weight)
        nn.init.zeros_(block.norm1.linear.bias)
        nn.init.normal_(block.norm1.emb.class_embedder.embedding_table.weight, std=0.02)
    for layer in (model.proj_out_1, model.proj_out_2):
        nn.init.zeros_(layer.weight)
        nn.init.zeros_(layer.bias)
    return model


class Words(nn.Module):
    """A scene's row as the sum of one row for its colour, one for its shape and one for its background.

    Each is learned from every scene that has it, which a row of a scene's own would wait for very long. The empty class
    has a row to itself.
    """

    mix: Tensor

    def __init__(self) -> None:
        super().__init__()
        scenes = [attributes(scene_of(number)) for number in range(SCENES)]
        mix = torch.zeros(SCENES + 1, len(COLOURS) + len(SHAPES) + len(BACKGROUNDS) + 1)
        for row, (colour, shape, *_, background) in enumerate(scenes):
            mix[row, [colour, len(COLOURS) + shape, len(COLOURS) + len(SHAPES) + background]] = 1
        mix[-1, -1] = 1
        self.register_buffer("mix", mix, persistent=False)

    def forward(self, words: Tensor) -> Tensor:
        """Rows [121, width] from words [16, width]."""
        return self.mix @ words

    def right_inverse(self, rows: Tensor) -> Tensor:
        """The words that come nearest to given rows."""
        return torch.linalg.pinv(self.mix) @ rows


def share_words(model: Transformer) -> Transformer:
    """Make a DiT's rows of scenes sums of words, for training; returns it."""
    for block in model.transformer_blocks:
        parametrize.register_parametrization(block.norm1.emb.class_embedder.embedding_table, "weight", Words())
    return model


@torch.no_grad()
def spell_out(model: Transformer) -> Transformer:
    """The same DiT with a row for each of ImageNet's classes, and the empty class last."""
    rows = [number_of(scene_of(number)) for number in range(CLASSES)] + [SCENES]
    state: dict[str, Tensor] = {
        name: value for name, value in model.state_dict().items() if "parametrizations" not in name
    }
    large = build_dit(CLASSES)
    for number, block in enumerate(model.transformer_blocks):
        name = f"transformer_blocks.{number}.norm1.emb.class_embedder.embedding_table.weight"
        state[name] = block.norm1.emb.class_embedder.embedding_table.weight[rows]
    large.load_state_dict(state)
    return large


def build_pixart() -> Transformer:
    """PixArt, untrained."""
    model = diffusers.PixArtTransformer2DModel(
        num_attention_heads=HEADS,
        attention_head_dim=HEAD_WIDTH,
        cross_attention_dim=HEADS * HEAD_WIDTH,
        in_channels=4 * FOLD**2,
        out_channels=8 * FOLD**2,
        num_layers=LAYERS,
        sample_size=PIXART_SIZE,
        patch_size=1,
        caption_channels=TEXT_WIDTH,
        use_additional_conditions=False,
    )
    nn.init.zeros_(model.adaln_single.linear.weight)
    nn.init.zeros_(model.adaln_single.linear.bias)
    nn.init.zeros_(model.proj_out.weight)
    nn.init.zeros_(model.proj_out.bias)
    for block in model.transformer_blocks:
        with torch.no_grad():
            block.attn2.to_out[0].weight.mul_(0.3)
            block.scale_shift_table.mul_(0).add_(torch.tensor([0, 0, 0.3, 0, 0, 0.3]).view(6, 1))
    return model


def start_from_dit(model: Transformer, dit: Transformer) -> int:
    """Take DiT's attention and feed-forward layers and its patches; returns how many values were taken."""
    state = {name: value for name, value in dit.state_dict().items() if ".norm1." not in name}
    state["pos_embed.proj.weight"] = state["pos_embed.proj.weight"].reshape(HEADS * HEAD_WIDTH, -1, 1, 1)
    return take_weights(model, state)
