import torch
from diffusers import StableDiffusionPipeline
from diffusers.models.attention_processor import Attention


class Watching:
    """Keep the attention maps of the last step."""

    def __init__(self):
        self.maps = []

    def __call__(self, attn: Attention, hidden_states, encoder_hidden_states=None, attention_mask=None, **kwargs):
        context = hidden_states if encoder_hidden_states is None else encoder_hidden_states
        query, key, value = attn.to_q(hidden_states), attn.to_k(context), attn.to_v(context)
        scores = attn.get_attention_scores(attn.head_to_batch_dim(query), attn.head_to_batch_dim(key), attention_mask)
        self.maps.append(scores.detach().cpu())
        mixed = attn.batch_to_head_dim(torch.bmm(scores, attn.head_to_batch_dim(value)))
        return attn.to_out[1](attn.to_out[0](mixed))


pipe = StableDiffusionPipeline.from_pretrained("stable-diffusion-v1-5/stable-diffusion-v1-5").to("cuda")
pipe.unet.set_attn_processor(Watching())
pipe("a violin", num_inference_steps=50).images[0].save("violin.png")
