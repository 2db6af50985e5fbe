"""Tiny pipelines that draw, with random weights."""

from typing import Any

from diffagent_mcp.bench.zoo.schedulers import sd15_scheduler
from diffagent_mcp.bench.zoo.untyped import diffusers

from .parts import WIDTH, bert, clip, gemma, qwen3, qwen_vl, seeded, shifted_vae, t5, vae


def flow(**settings: Any) -> Any:
    return diffusers.FlowMatchEulerDiscreteScheduler(**settings)


def sd3() -> Any:
    tokenizer, text = clip()
    tokenizer_3, text_3 = t5(width=128)  # as wide as both CLIP towers beside each other
    transformer = seeded(
        diffusers.SD3Transformer2DModel,
        sample_size=32,
        patch_size=2,
        in_channels=16,
        out_channels=16,
        num_layers=4,
        attention_head_dim=16,
        num_attention_heads=4,
        caption_projection_dim=64,
        joint_attention_dim=128,
        pooled_projection_dim=128,
        pos_embed_max_size=64,
    )
    return diffusers.StableDiffusion3Pipeline(
        transformer=transformer,
        scheduler=flow(),
        vae=shifted_vae(),
        text_encoder=text,
        tokenizer=tokenizer,
        text_encoder_2=text,
        tokenizer_2=tokenizer,
        text_encoder_3=text_3,
        tokenizer_3=tokenizer_3,
    )


def flux() -> Any:
    tokenizer, text = clip("CLIPTextModel")
    tokenizer_2, text_2 = t5()
    transformer = seeded(
        diffusers.FluxTransformer2DModel,
        patch_size=1,
        in_channels=64,
        num_layers=3,
        num_single_layers=3,
        attention_head_dim=16,
        num_attention_heads=4,
        joint_attention_dim=WIDTH,
        pooled_projection_dim=64,
        axes_dims_rope=[4, 4, 8],
        guidance_embeds=True,
    )
    return diffusers.FluxPipeline(
        transformer=transformer,
        scheduler=flow(),
        vae=shifted_vae(),
        text_encoder=text,
        tokenizer=tokenizer,
        text_encoder_2=text_2,
        tokenizer_2=tokenizer_2,
    )


def auraflow() -> Any:
    tokenizer, text = t5("UMT5")
    transformer = seeded(
        diffusers.AuraFlowTransformer2DModel,
        sample_size=32,
        patch_size=2,
        in_channels=4,
        out_channels=4,
        num_mmdit_layers=2,
        num_single_dit_layers=2,
        attention_head_dim=16,
        num_attention_heads=4,
        caption_projection_dim=64,
        joint_attention_dim=WIDTH,
        pos_embed_max_size=256,
    )
    return diffusers.AuraFlowPipeline(
        transformer=transformer, scheduler=flow(), vae=vae(), text_encoder=text, tokenizer=tokenizer
    )


def sana() -> Any:
    tokenizer, text = gemma()
    transformer = seeded(
        diffusers.SanaTransformer2DModel,
        patch_size=1,
        in_channels=4,
        out_channels=4,
        num_layers=4,
        num_attention_heads=4,
        attention_head_dim=16,
        num_cross_attention_heads=4,
        cross_attention_head_dim=16,
        cross_attention_dim=64,
        caption_channels=WIDTH,
        sample_size=32,
    )
    decoder = seeded(
        diffusers.AutoencoderDC,
        latent_channels=4,
        attention_head_dim=2,
        encoder_block_types=("ResBlock", "EfficientViTBlock"),
        decoder_block_types=("ResBlock", "EfficientViTBlock"),
        encoder_block_out_channels=(8, 8),
        decoder_block_out_channels=(8, 8),
        encoder_qkv_multiscales=((), (5,)),
        decoder_qkv_multiscales=((), (5,)),
        encoder_layers_per_block=(1, 1),
        decoder_layers_per_block=(1, 1),
        downsample_block_type="conv",
        upsample_block_type="interpolate",
        decoder_norm_types="rms_norm",
        decoder_act_fns="silu",
        scaling_factor=0.41407,
    )
    return diffusers.SanaPipeline(
        transformer=transformer,
        scheduler=diffusers.DPMSolverMultistepScheduler(
            prediction_type="flow_prediction", use_flow_sigmas=True, flow_shift=3.0
        ),
        vae=decoder,
        text_encoder=text,
        tokenizer=tokenizer,
    )


def lumina2() -> Any:
    tokenizer, text = gemma()
    transformer = seeded(
        diffusers.Lumina2Transformer2DModel,
        sample_size=32,
        patch_size=2,
        in_channels=16,
        hidden_size=64,
        num_layers=4,
        num_attention_heads=4,
        num_kv_heads=2,
        axes_dim_rope=(8, 4, 4),
        axes_lens=(512, 64, 64),
        cap_feat_dim=WIDTH,
    )
    return diffusers.Lumina2Pipeline(
        transformer=transformer, scheduler=flow(), vae=shifted_vae(), text_encoder=text, tokenizer=tokenizer
    )


def hunyuandit() -> Any:
    tokenizer, text = bert()
    tokenizer_2, text_2 = t5()
    transformer = seeded(
        diffusers.HunyuanDiT2DModel,
        sample_size=32,
        patch_size=2,
        in_channels=4,
        hidden_size=64,
        num_layers=4,
        num_attention_heads=4,
        attention_head_dim=16,
        mlp_ratio=2.0,
        cross_attention_dim=WIDTH,
        cross_attention_dim_t5=WIDTH,
        pooled_projection_dim=16,
        activation_fn="gelu-approximate",
    )
    return diffusers.HunyuanDiTPipeline(
        transformer=transformer,
        scheduler=diffusers.DDPMScheduler(prediction_type="v_prediction", beta_schedule="scaled_linear"),
        vae=vae(),
        text_encoder=text,
        tokenizer=tokenizer,
        text_encoder_2=text_2,
        tokenizer_2=tokenizer_2,
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )


def qwen_image() -> Any:
    tokenizer, text = qwen_vl()
    transformer = seeded(
        diffusers.QwenImageTransformer2DModel,
        patch_size=2,
        in_channels=16,
        out_channels=4,
        num_layers=4,
        attention_head_dim=16,
        num_attention_heads=4,
        joint_attention_dim=WIDTH,
        guidance_embeds=False,
        axes_dims_rope=(8, 4, 4),
    )
    decoder = seeded(
        diffusers.AutoencoderKLQwenImage,
        base_dim=8,
        z_dim=4,
        dim_mult=[1, 1, 1, 1],
        num_res_blocks=1,
        temperal_downsample=[False, True, True],
        latents_mean=[0.0] * 4,
        latents_std=[1.0] * 4,
    )
    return diffusers.QwenImagePipeline(
        transformer=transformer, scheduler=flow(), vae=decoder, text_encoder=text, tokenizer=tokenizer
    )


def z_image() -> Any:
    tokenizer, text = qwen3()
    transformer = seeded(
        diffusers.ZImageTransformer2DModel,
        all_patch_size=(2,),
        all_f_patch_size=(1,),
        in_channels=16,
        dim=64,
        n_layers=4,
        n_refiner_layers=1,
        n_heads=4,
        n_kv_heads=4,
        cap_feat_dim=WIDTH,
        axes_dims=[8, 4, 4],
        axes_lens=[512, 64, 64],
    )
    for pad in (transformer.x_pad_token, transformer.cap_pad_token):  # torch.empty, so they may be anything
        pad.data.fill_(1.0)
    return diffusers.ZImagePipeline(
        transformer=transformer, scheduler=flow(), vae=shifted_vae(), text_encoder=text, tokenizer=tokenizer
    )


def inpaint() -> Any:
    tokenizer, text = clip("CLIPTextModel")
    return diffusers.StableDiffusionInpaintPipeline(
        vae=vae(),
        text_encoder=text,
        tokenizer=tokenizer,
        unet=unet(9),
        scheduler=sd15_scheduler(),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )


def upscaler() -> Any:
    tokenizer, text = clip("CLIPTextModel")
    return diffusers.StableDiffusionUpscalePipeline(
        vae=vae(block_out_channels=(8, 8, 8)),
        text_encoder=text,
        tokenizer=tokenizer,
        unet=unet(7, num_class_embeds=1000),
        low_res_scheduler=diffusers.DDPMScheduler(beta_schedule="scaled_linear"),
        scheduler=diffusers.DDIMScheduler(prediction_type="v_prediction", clip_sample=False),
        max_noise_level=350,
    )


def unet(channels: int, **settings: Any) -> Any:
    """Of Stable Diffusion's shape."""
    return seeded(
        diffusers.UNet2DConditionModel,
        sample_size=32,
        in_channels=channels,
        out_channels=4,
        layers_per_block=2,
        block_out_channels=(32, 32, 64, 64),
        down_block_types=("CrossAttnDownBlock2D",) * 3 + ("DownBlock2D",),
        up_block_types=("UpBlock2D",) + ("CrossAttnUpBlock2D",) * 3,
        cross_attention_dim=64,
        attention_head_dim=4,
        norm_num_groups=8,
        **settings,
    )
