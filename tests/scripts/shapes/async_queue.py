import asyncio

from diffusers import StableDiffusionPipeline

pipe = StableDiffusionPipeline.from_pretrained("stable-diffusion-v1-5/stable-diffusion-v1-5").to("cuda")


async def worker(queue):
    while True:
        prompt, done = await queue.get()
        loop = asyncio.get_running_loop()
        image = await loop.run_in_executor(None, lambda: pipe(prompt, num_inference_steps=25).images[0])
        done.set_result(image)
        queue.task_done()


async def main():
    queue = asyncio.Queue()
    task = asyncio.create_task(worker(queue))
    done = asyncio.get_running_loop().create_future()
    await queue.put(("a mill", done))
    (await done).save("mill.png")
    task.cancel()


asyncio.run(main())
