"""Tiny pipelines that make clips or sound, or that draw in two stages. Random weights."""

from typing import Any

import torch

from diffagent_mcp.bench.zoo.untyped import diffusers, transformers

from .parts import WIDTH, clip, seeded, t5, vae
from .pictures import flow


def cogvideox() -> Any:
    tokenizer, text = t5()
    transformer = seeded(
        diffusers.CogVideoXTransformer3DModel,
        num_attention_heads=4,
        attention_head_dim=16,
        in_channels=4,
        out_channels=4,
        time_embed_dim=16,
        text_embed_dim=WIDTH,
        num_layers=4,
        sample_width=8,
        sample_height=8,
        sample_frames=9,
        max_text_seq_length=226,
    )
    decoder = seeded(
        diffusers.AutoencoderKLCogVideoX,
        down_block_types=("CogVideoXDownBlock3D",) * 4,
        up_block_types=("CogVideoXUpBlock3D",) * 4,
        block_out_channels=(8, 8, 8, 8),
        latent_channels=4,
        layers_per_block=1,
        norm_num_groups=2,
        temporal_compression_ratio=4,
    )
    scheduler = diffusers.CogVideoXDDIMScheduler(prediction_type="v_prediction", rescale_betas_zero_snr=True)
    return diffusers.CogVideoXPipeline(
        transformer=transformer, scheduler=scheduler, vae=decoder, text_encoder=text, tokenizer=tokenizer
    )


def ltx() -> Any:
    tokenizer, text = t5()
    transformer = seeded(
        diffusers.LTXVideoTransformer3DModel,
        in_channels=8,
        out_channels=8,
        patch_size=1,
        patch_size_t=1,
        num_attention_heads=4,
        attention_head_dim=16,
        cross_attention_dim=64,
        num_layers=4,
        caption_channels=WIDTH,
    )
    decoder = seeded(
        diffusers.AutoencoderKLLTXVideo,
        latent_channels=8,
        block_out_channels=(8, 8, 8, 8),
        decoder_block_out_channels=(8, 8, 8, 8),
        layers_per_block=(1, 1, 1, 1, 1),
        decoder_layers_per_block=(1, 1, 1, 1, 1),
        spatio_temporal_scaling=(True, True, False, False),
        decoder_spatio_temporal_scaling=(True, True, False, False),
        decoder_inject_noise=(False, False, False, False, False),
        upsample_residual=(False, False, False, False),
        upsample_factor=(1, 1, 1, 1),
        timestep_conditioning=False,
        patch_size=1,
        patch_size_t=1,
        encoder_causal=True,
        decoder_causal=False,
    )
    return diffusers.LTXPipeline(
        transformer=transformer, scheduler=flow(), vae=decoder, text_encoder=text, tokenizer=tokenizer
    )


def wan() -> Any:
    tokenizer, text = t5("UMT5")
    transformer = seeded(
        diffusers.WanTransformer3DModel,
        patch_size=(1, 2, 2),
        num_attention_heads=4,
        attention_head_dim=16,
        in_channels=16,
        out_channels=16,
        text_dim=WIDTH,
        freq_dim=64,
        ffn_dim=128,
        num_layers=4,
        cross_attn_norm=True,
        qk_norm="rms_norm_across_heads",
        rope_max_seq_len=64,
    )
    decoder = seeded(
        diffusers.AutoencoderKLWan,
        base_dim=3,
        z_dim=16,
        dim_mult=[1, 1, 1, 1],
        num_res_blocks=1,
        temperal_downsample=[False, True, True],
    )
    scheduler = diffusers.UniPCMultistepScheduler(
        prediction_type="flow_prediction", use_flow_sigmas=True, flow_shift=3.0
    )
    return diffusers.WanPipeline(
        transformer=transformer, scheduler=scheduler, vae=decoder, text_encoder=text, tokenizer=tokenizer
    )


def kandinsky22() -> Any:
    tokenizer, text = clip()
    unet = seeded(
        diffusers.UNet2DConditionModel,
        in_channels=4,
        out_channels=8,  # mean and variance
        addition_embed_type="image",
        down_block_types=("ResnetDownsampleBlock2D", "SimpleCrossAttnDownBlock2D"),
        up_block_types=("SimpleCrossAttnUpBlock2D", "ResnetUpsampleBlock2D"),
        mid_block_type="UNetMidBlock2DSimpleCrossAttn",
        block_out_channels=(32, 64),
        layers_per_block=1,
        encoder_hid_dim=64,
        encoder_hid_dim_type="image_proj",
        cross_attention_dim=32,
        attention_head_dim=8,
        resnet_time_scale_shift="scale_shift",
    )
    movq = seeded(
        diffusers.VQModel,
        block_out_channels=[32, 32, 32, 32],
        down_block_types=["DownEncoderBlock2D"] * 3 + ["AttnDownEncoderBlock2D"],
        up_block_types=["AttnUpDecoderBlock2D"] + ["UpDecoderBlock2D"] * 3,
        latent_channels=4,
        layers_per_block=1,
        norm_num_groups=8,
        norm_type="spatial",
        num_vq_embeddings=12,
        vq_embed_dim=4,
    )
    prior = seeded(
        diffusers.PriorTransformer, num_attention_heads=2, attention_head_dim=12, embedding_dim=64, num_layers=1
    )
    prior.clip_std.data.fill_(1.0)
    vision = transformers.CLIPVisionConfig(
        hidden_size=64,
        projection_dim=64,
        intermediate_size=64,
        num_attention_heads=4,
        num_hidden_layers=1,
        patch_size=14,
    )
    return diffusers.KandinskyV22CombinedPipeline(
        unet=unet,
        movq=movq,
        scheduler=diffusers.DDPMScheduler(beta_start=0.00085, beta_end=0.012, variance_type="learned_range"),
        prior_prior=prior,
        prior_image_encoder=seeded(transformers.CLIPVisionModelWithProjection, config=vision),
        prior_text_encoder=text,
        prior_tokenizer=tokenizer,
        prior_scheduler=diffusers.UnCLIPScheduler(
            variance_type="fixed_small_log", prediction_type="sample", clip_sample=True, clip_sample_range=10.0
        ),
        prior_image_processor=transformers.CLIPImageProcessor(),
    )


def cascade() -> Any:
    tokenizer, text = clip()
    prior = seeded(
        diffusers.StableCascadeUNet,
        conditioning_dim=64,
        block_out_channels=(64, 64),
        num_attention_heads=(2, 2),
        down_num_layers_per_block=(1, 1),
        up_num_layers_per_block=(1, 1),
        clip_image_in_channels=64,
        clip_text_in_channels=64,
        clip_text_pooled_in_channels=64,
        switch_level=(False,),
    )
    decoder = seeded(
        diffusers.StableCascadeUNet,
        in_channels=4,
        out_channels=4,
        conditioning_dim=64,
        block_out_channels=(16, 32, 64, 64),
        num_attention_heads=(-1, -1, 2, 2),
        down_num_layers_per_block=(1, 1, 1, 1),
        up_num_layers_per_block=(1, 1, 1, 1),
        down_blocks_repeat_mappers=(1, 1, 1, 1),
        up_blocks_repeat_mappers=(1, 1, 1, 1),
        block_types_per_layer=(("SDCascadeResBlock", "SDCascadeTimestepBlock"),) * 2
        + (("SDCascadeResBlock", "SDCascadeTimestepBlock", "SDCascadeAttnBlock"),) * 2,
        clip_text_pooled_in_channels=64,
        effnet_in_channels=16,
        dropout=(0.1, 0.1, 0.1, 0.1),
    )
    vqgan = import_vqgan()
    return diffusers.StableCascadeCombinedPipeline(
        tokenizer=tokenizer,
        text_encoder=text,
        decoder=decoder,
        scheduler=diffusers.DDPMWuerstchenScheduler(),
        vqgan=vqgan,
        prior_prior=prior,
        prior_text_encoder=text,
        prior_tokenizer=tokenizer,
        prior_scheduler=diffusers.DDPMWuerstchenScheduler(),
        prior_feature_extractor=None,
        prior_image_encoder=None,
    )


def import_vqgan() -> Any:
    """diffusers does not export it at the top."""
    from importlib import import_module

    maker: Any = import_module("diffusers.pipelines.deprecated.wuerstchen").PaellaVQModel
    return seeded(maker, bottleneck_blocks=1, embed_dim=16, num_vq_embeddings=16)


def audioldm() -> Any:
    tokenizer, _ = t5()
    audio = transformers.ClapTextConfig(
        vocab_size=len(tokenizer),
        hidden_size=32,
        num_hidden_layers=1,
        num_attention_heads=4,
        intermediate_size=32,
        projection_dim=32,
        pad_token_id=1,
    )
    vocoder = transformers.SpeechT5HifiGanConfig(
        model_in_dim=16,
        sampling_rate=16000,
        upsample_initial_channel=16,
        upsample_rates=[4, 4],
        upsample_kernel_sizes=[8, 8],
        resblock_kernel_sizes=[3],
        resblock_dilation_sizes=[[1, 3]],
        normalize_before=False,
    )
    unet = seeded(
        diffusers.UNet2DConditionModel,
        sample_size=32,
        in_channels=4,
        out_channels=4,
        layers_per_block=1,
        block_out_channels=(16, 32),
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),
        cross_attention_dim=(16, 32),
        attention_head_dim=4,
        norm_num_groups=8,
        class_embed_type="simple_projection",
        projection_class_embeddings_input_dim=32,
        class_embeddings_concat=True,
    )
    torch.manual_seed(0)
    return diffusers.AudioLDMPipeline(
        vae=vae(in_channels=1, out_channels=1, block_out_channels=(8, 8)),
        text_encoder=seeded(transformers.ClapTextModelWithProjection, config=audio),
        tokenizer=tokenizer,
        unet=unet,
        scheduler=diffusers.DDIMScheduler(
            beta_start=0.0015, beta_end=0.0195, beta_schedule="scaled_linear", clip_sample=False, steps_offset=1
        ),
        vocoder=seeded(transformers.SpeechT5HifiGan, config=vocoder),
    )
