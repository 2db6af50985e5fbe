"""One short script on the zoo with a real runner and scorer: what the judge's tests stand on."""

from dataclasses import dataclass

from diffagent_mcp.agents import coder
from diffagent_mcp.knowledge.situation import Situation
from diffagent_mcp.knowledge.types import Candidate, Plan, Protocol, Script, Step, Verdict
from diffagent_mcp.tools.measure.judge import Judge

SOURCE = """\
from diffusers import DDIMScheduler, StableDiffusionPipeline

pipe = StableDiffusionPipeline.from_pretrained("stable-diffusion-v1-5/stable-diffusion-v1-5")
pipe.scheduler = DDIMScheduler.from_config(pipe.scheduler.config)
image = pipe("a red circle on a white background", num_inference_steps=12).images[0]
image.save("picture.png")
"""
PROMPTS = ("a red circle on a white background", "a blue square above a green cross on a black background") * 2


def protocol(name: str, first_seed: int) -> Protocol:
    seeds = tuple(range(first_seed, first_seed + 4))
    return Protocol(name=name, prompts=PROMPTS, seeds=seeds, pairs=2, spread=2, batch=4)  # type: ignore[arg-type]


@dataclass
class World:
    """One script on the zoo with a real runner and scorer, and a store of its own."""

    judge: Judge
    script: Script
    here: Situation

    def written(self, *steps: Step) -> Candidate:
        candidate = coder.write(Plan(steps=steps), SOURCE, self.script, self.here)
        assert isinstance(candidate, Candidate), candidate
        return candidate

    def verdict(self, *steps: Step) -> Verdict:
        candidate = self.written(*steps)
        return self.judge.known(candidate) or self.judge.evaluate(candidate)
