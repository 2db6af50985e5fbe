"""Draw a picture from the command line: python sd15_cli.py --prompt "a red circle on a white background"."""

import argparse

import torch
from diffusers import StableDiffusionPipeline


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default="stable-diffusion-v1-5/stable-diffusion-v1-5")
    parser.add_argument("--prompt", default="a yellow triangle to the left of a red ring on a gray background")
    parser.add_argument("--steps", type=int, default=50)
    parser.add_argument("--guidance-scale", type=float, default=7.5)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", default="picture.png")
    return parser.parse_args()


def main(args: argparse.Namespace) -> None:
    pipeline = StableDiffusionPipeline.from_pretrained(args.model)
    image = pipeline(
        prompt=args.prompt,
        num_inference_steps=args.steps,
        guidance_scale=args.guidance_scale,
        generator=torch.Generator("cpu").manual_seed(args.seed),
    ).images[0]
    image.save(args.out)


if __name__ == "__main__":
    main(parse())
