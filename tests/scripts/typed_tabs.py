#!/usr/bin/env python
# -*- coding: utf-8 -*-
"""Typed, and formatted by hand. Größe: 512."""
from __future__ import annotations
import typing as t, torch
from dataclasses import dataclass, field
from diffusers import (
	DDIMScheduler,   # the sampler of the paper
	StableDiffusionPipeline,
)

@dataclass(frozen=True)
class Config:
	model : str = "stable-diffusion-v1-5/stable-diffusion-v1-5"
	steps : int = field(default=50)
	scale : float = 7.5

def build(config : Config) -> StableDiffusionPipeline:
	pipe : StableDiffusionPipeline = StableDiffusionPipeline.from_pretrained( config.model )
	pipe.scheduler = DDIMScheduler.from_config( pipe.scheduler.config )   # keep the betas
	pipe.enable_attention_slicing( ); pipe.set_progress_bar_config( disable=True )
	return pipe

def run(config : Config = Config(), *, prompt : str = "a purple square on a white background") -> t.Any:
	pipe = build( config )
	image = pipe(
		prompt,
		num_inference_steps = config.steps,   # größer ist besser
		guidance_scale = config.scale   # no comma here
	).images[ 0 ]
	return image

if __name__ == "__main__": run( ).save( "picture.png" )
