"""L2 and L3: a pipeline with one acceleration method, or with several together."""

from . import numbered

METHODS = numbered(
    "M",
    (
        "{pipeline} at {steps} steps{at_size}, accelerated by {using}. Prompt: {subject}.",
        "Write a diffusers script: {pipeline}, {steps} steps{at_size}, with {using}. It draws {subject}.",
        "hi! can you speed up {pipeline} for me with {using}? keep it at {steps} steps{at_size}. the picture is "
        "{subject}",
        "Model: {pipeline}\nSteps: {steps}\nResolution: {size}\nAcceleration: {using}\nPrompt: {subject}",
        "I need {subject} from {pipeline}{at_size} and I can't wait forever, so please apply {using}; {steps} steps.",
        "{using} on {pipeline}, {steps} steps{at_size}, prompt {subject}",
        "Please generate inference code for {pipeline}. Use {using} to make it faster and set num_inference_steps to "
        "{steps}{at_size}. The subject is {subject}.",
        "My laptop fan sounds like a hair dryer whenever I run {pipeline}. Someone on the forum recommended {using}. "
        "Can you write that for {steps} steps{at_size}? I'm drawing {subject}.",
        "Implement an accelerated {pipeline} pipeline.\n- acceleration: {using}\n- inference steps: {steps}\n"
        "- output resolution: {size}\n- test subject: {subject}",
        "Set up {pipeline} with {using}, {steps} denoising steps{at_size}, and render {subject}.",
        "We are comparing speed-ups for a blog post. This entry: {pipeline}, {steps} steps{at_size}, using {using}. "
        "Draw {subject} and save it as a PNG.",
        "could u write the code for {subject} w/ {pipeline}, {steps} steps{at_size}, and turn on {using} pls",
        "Take the standard {pipeline} example, run {steps} steps{at_size}, and enable {using}. For the picture take "
        "{subject}.",
        "Requirements document, item 4. The service shall run {pipeline} at {size} with {steps} denoising steps and "
        "shall enable {using}. Acceptance picture: {subject}.",
        "Is it possible to combine {pipeline} with {using}? If so, show me the full script for {steps} steps"
        "{at_size}; as a test draw {subject}.",
        "Optimise {pipeline} inference through {using}. {steps} steps{at_size}. Example: {subject}.",
        "I've got a talk in an hour and the demo with {pipeline} is too slow!! Add {using} please, {steps} steps"
        "{at_size}, show {subject}",
        "Produce {subject}{at_size} in {steps} steps with {pipeline}; the code must make use of {using}.",
        "What would {pipeline} look like with {using}? I want runnable code for {steps} steps{at_size} that draws "
        "{subject}, with the imports and everything.",
        "task: fast image generation. pipeline = {pipeline}. num_inference_steps = {steps}. speed-up = {using}. "
        "resolution = {size}. subject = {subject}.",
        "Our intern left and nobody remembers how the pictures were made. I only know it was {pipeline} with {using}, "
        "{steps} steps{at_size}. Could you rebuild the script? Subject: {subject}.",
        "For {pipeline}{at_size}: enable {using}, keep {steps} inference steps, draw {subject}, save the picture.",
        "Give me an efficient {pipeline} script. By efficient I mean {using}. Steps: {steps}{at_size}. It should show "
        "{subject}.",
        "Write production-ready code which loads {pipeline}, applies {using} and then creates {subject} in {steps} "
        "steps{at_size}. Comments are welcome, and please log how long it took.",
        "{subject}, made by {pipeline} in {steps} steps{at_size} with {using}",
        "I have been reading about {using} and would like to try it on {pipeline}. Let's do {steps} steps{at_size} "
        "with the subject {subject}. Thanks a lot!",
        "Convert this idea into code: {pipeline} plus {using}, {steps} steps{at_size}, one picture of {subject}.",
    ),
)
