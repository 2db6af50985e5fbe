import torch
from diffusers import FluxPipeline, PipelineQuantizationConfig, TorchAoConfig
from transformers import BitsAndBytesConfig

in_8_bits = PipelineQuantizationConfig(
    quant_mapping={
        "transformer": TorchAoConfig("int8wo"),
        "text_encoder_2": BitsAndBytesConfig(load_in_8bit=True),
    }
)
pipe = FluxPipeline.from_pretrained(
    "black-forest-labs/FLUX.1-dev", quantization_config=in_8_bits, torch_dtype=torch.bfloat16
).to("cuda")
pipe.transformer.set_attention_backend("_native_cudnn")
image = pipe("a cat", num_inference_steps=28, guidance_scale=3.5).images[0]
image.save("cat.png")
