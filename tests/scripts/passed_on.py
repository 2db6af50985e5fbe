import torch
from diffusers import StableDiffusionPipeline as SD


def sample(model, text, *, n_steps=50):
    out = model(text, num_inference_steps=n_steps, guidance_scale=7.5)
    return out.images[0]


def main():
    try:
        model = SD.from_pretrained("stable-diffusion-v1-5/stable-diffusion-v1-5", torch_dtype=torch.float32)
    except OSError as e:
        raise SystemExit(f"no model: {e}")
    model.to("cpu")
    print("loaded")
    sample(model, "a blue circle below an orange square on a pink background").save("picture.png")


if __name__ == "__main__":
    main()
