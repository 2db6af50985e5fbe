from diffusers import AutoPipelineForInpainting
from diffusers.utils import load_image

pipeline = AutoPipelineForInpainting.from_pretrained("kandinsky-community/kandinsky-2-2-decoder-inpaint")
pipeline.enable_model_cpu_offload()
image = pipeline(
    prompt="a black cat", image=load_image("room.png"), mask_image=load_image("mask.png"), num_inference_steps=100
).images[0]
image.save("cat.png")
