import gradio as gr
import torch
from diffusers import StableDiffusionXLPipeline

pipe = StableDiffusionXLPipeline.from_pretrained(
    "stabilityai/stable-diffusion-xl-base-1.0", torch_dtype=torch.float16
).to("cuda")


def infer(prompt, negative_prompt, steps, scale, progress=gr.Progress(track_tqdm=True)):
    return pipe(
        prompt=prompt, negative_prompt=negative_prompt, num_inference_steps=int(steps), guidance_scale=scale
    ).images[0]


demo = gr.Interface(
    fn=infer,
    inputs=[gr.Textbox(), gr.Textbox(), gr.Slider(1, 50, value=30), gr.Slider(0, 15, value=7)],
    outputs="image",
)
demo.launch()
