import torch
from diffusers import DiTPipeline, DPMSolverMultistepScheduler

pipe = DiTPipeline.from_pretrained("facebook/DiT-XL-2-256", torch_dtype=torch.float16)
pipe.scheduler = DPMSolverMultistepScheduler.from_config(pipe.scheduler.config)
pipe = pipe.to("cuda")
ids = pipe.get_label_ids(["white shark", "umbrella"])
images = pipe(class_labels=ids, num_inference_steps=25, generator=torch.manual_seed(33)).images
images[0].save("shark.png")
