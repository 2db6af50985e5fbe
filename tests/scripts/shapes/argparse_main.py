import argparse

import torch
from diffusers import DiffusionPipeline


def parse_args():
    parser = argparse.ArgumentParser()
    parser.add_argument("prompt")
    parser.add_argument("--model", default="stabilityai/stable-diffusion-xl-base-1.0")
    parser.add_argument("--num-steps", "-n", type=int, default=40)
    parser.add_argument("--guidance", type=float, default=5.5)
    parser.add_argument("--output", default="out.png")
    return parser.parse_args()


def main():
    args = parse_args()
    pipe = DiffusionPipeline.from_pretrained(args.model, torch_dtype=torch.float16, variant="fp16")
    pipe.to("cuda")
    image = pipe(args.prompt, num_inference_steps=args.num_steps, guidance_scale=args.guidance).images[0]
    image.save(args.output)


if __name__ == "__main__":
    main()
