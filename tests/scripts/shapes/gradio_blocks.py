import gradio as gr
from diffusers import StableDiffusionPipeline


class Painter:
    def __init__(self, model_id="stable-diffusion-v1-5/stable-diffusion-v1-5"):
        self.pipe = StableDiffusionPipeline.from_pretrained(model_id).to("cuda")

    def paint(self, prompt):
        return self.pipe(prompt, num_inference_steps=30).images[0]


painter = Painter()
with gr.Blocks() as demo:
    prompt = gr.Textbox(label="Prompt")
    button = gr.Button("Paint")
    picture = gr.Image()
    button.click(fn=painter.paint, inputs=prompt, outputs=picture)
demo.queue().launch()
