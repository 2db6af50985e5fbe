"""L1: a basic pipeline and nothing else."""

from . import numbered

PICTURES = numbered(
    "P",
    (
        "{pipeline}, {steps} steps{at_size}, {subject}",
        "Write a diffusers script that runs {pipeline} with {steps} inference steps{at_size}. Prompt: {subject}.",
        "hey, could you put together something that draws {subject} with {pipeline}? {steps} steps{at_size} is fine, "
        "no speed tricks needed",
        "Pipeline: {pipeline}\nSteps: {steps}\nResolution: {size}\nScheduler: {sampling}\nPrompt: {subject}",
        "I'm new to diffusers. Show me a complete example for {pipeline} that makes one picture of {subject} in "
        "{steps} denoising steps{at_size} and saves it.",
        "Baseline script please: {pipeline}, {sampling}, {steps} steps{at_size}. It should draw {subject}.",
        "My daughter's school fair is on Saturday and I promised a poster. Please use {pipeline} to make {subject}, "
        "num_inference_steps={steps}{at_size}. Nothing fancy.",
        "Generate {subject} using {pipeline}{at_size}; keep {sampling} and run {steps} steps.",
        "We need a reference run for a report. Requirements: {pipeline}; {steps} denoising steps; resolution {size}; "
        "no acceleration of any kind. Subject of the picture: {subject}.",
        "give me the plain {pipeline} inference code, {steps} steps{at_size}, subject is {subject}",
        "Could you write the simplest possible script for {pipeline}? It should take {steps} steps with {sampling}"
        "{at_size} and produce {subject}.",
        "I want to see what {pipeline} does with {subject} before I touch anything else. {steps} steps{at_size}, "
        "the usual settings otherwise, and save the picture next to the script.",
        "Create a text file I can run with python: it loads {pipeline} from the hub, draws {subject} in {steps} steps"
        "{at_size}, writes the result to disk.",
    ),
)
