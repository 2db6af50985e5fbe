import io

from diffusers import StableDiffusionPipeline
from flask import Flask, request, send_file

app = Flask(__name__)
pipe = StableDiffusionPipeline.from_pretrained("stable-diffusion-v1-5/stable-diffusion-v1-5").to("cuda")


def draw(prompt):
    return pipe(prompt, num_inference_steps=35).images[0]


@app.route("/picture", methods=["POST"])
def picture():
    buffer = io.BytesIO()
    draw(request.json["prompt"]).save(buffer, format="PNG")
    buffer.seek(0)
    return send_file(buffer, mimetype="image/png")


if __name__ == "__main__":
    app.run()
