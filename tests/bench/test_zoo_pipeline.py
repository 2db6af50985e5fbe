"""The real thing: a script written for the hub draws what it is asked for, offline, from the laid-out cache."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from diffagent_mcp.bench.zoo import cache

SCRIPT = """
import json, sys, torch, open_clip
from diffusers import DDIMScheduler, StableDiffusionPipeline
torch.set_num_threads(1)
pipe = StableDiffusionPipeline.from_pretrained("runwayml/stable-diffusion-v1-5", variant="fp16", use_safetensors=True)
pipe.scheduler = DDIMScheduler.from_config(pipe.scheduler.config)
pipe.set_progress_bar_config(disable=True)
texts = ["a red square on a white background", "a blue ring on a black background"]
seeds = [torch.Generator().manual_seed(seed) for seed in (1, 2)]
images = pipe(texts, num_inference_steps=15, generator=seeds).images
pipe("Zürich, 3 cats & <42>!", num_inference_steps=1, output_type="latent")
model, _, prepare = open_clip.create_model_and_transforms("local-dir:" + sys.argv[1])
model.eval()
with torch.no_grad():
    pictures = model.encode_image(torch.stack([prepare(image) for image in images]), normalize=True)
    words = model.encode_text(open_clip.get_tokenizer("local-dir:" + sys.argv[1])(texts), normalize=True)
print(json.dumps({"size": images[0].size, "cosines": (pictures @ words.T).tolist()}))
"""


@pytest.mark.timeout(120)
def test_a_script_for_the_hub_draws_its_captions(tmp_path: Path) -> None:
    pytest.importorskip("diffusers")
    pytest.importorskip("open_clip")
    home = cache.lay_out(cache.WEIGHTS, tmp_path / "home")
    environment = os.environ | {"HF_HOME": str(home), "HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-c", SCRIPT, str(cache.scorer_folder())]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["size"] == [512, 512]
    (right, wrong), (wrong2, right2) = found["cosines"]
    assert right > wrong + 0.2
    assert right2 > wrong2 + 0.2
