"""What has the same name in every language: methods, schedulers, models, number formats, units, signs."""

WORDS: dict[str, str] = {
    "METHOD=deepcache": "deepcache | deep cache | deepcache sd helper | deepcachesdhelper",
    "METHOD=tome": "tome | to me sd | tomesd | token merging | tokens merging | token merge | tokenmerging",
    "METHOD=tgate": "tgate | t gate | t gating | temporal gating | temporally gated attention | tgatesdloader",
    "METHOD=fused_qkv": "fused qkv | fuse qkv | qkv fusion | fused qkv projections | fuse qkv projections"
    " | fused projections | fuse the qkv projections | fuse the qkv | fusing qkv | qkv",
    "METHOD=channels_last": "channels last | channel last | channelslast | channels last memory format"
    " | channels last memory layout | memory format channels last | nhwc",
    "METHOD=compile": "torch.compile | torch compile | torchcompile | torch inductor | torchinductor | inductor",
    "METHOD=guidance_cutoff": "guidance cutoff | guidance cut off | cfg cutoff | cfg cut off"
    " | sdcfgcutoffcallback | sdxlcfgcutoffcallback | guidance cutoff callback",
    "METHOD=sampler": "fewer steps",
    "DTYPE=float16": "fp16 | fp 16 | float16 | float 16 | f16 | torch.float16 | torch.half | fp16 precision",
    "DTYPE=bfloat16": "bf16 | bf 16 | bfloat16 | bfloat 16 | brain float | torch.bfloat16",
    "DTYPE=float32": "fp32 | fp 32 | float32 | float 32 | f32 | torch.float32",
    "PARAM=interval": "cache interval | interval | cache every",
    "PARAM=branch": "branch | branch id | cache branch id | cache branch | skip branch",
    "PARAM=ratio": "ratio | merge ratio | merging ratio | token ratio",
    "PARAM=max_downsample": "max downsample | maximum downsample | downsample",
    "PARAM=gate": "gate | gate at | gate ratio",
    "PARAM=gate_step": "gate step | gate at step",
    "PARAM=sp_interval": "sp interval | sp",
    "PARAM=fi_interval": "fi interval | fi",
    "SCHEDNAME=DDIMScheduler": "ddim | ddim scheduler | ddimscheduler | ddim sampler",
    "SCHEDNAME=DPMSolverMultistepScheduler": "dpm solver | dpmsolver | dpm solver ++ | dpm solver + +"
    " | dpm ++ | dpm + + | dpm + + 2 m | dpm + + 2m | dpmpp 2m | dpmpp 2 m | dpmpp | dpm solver multistep"
    " | dpmsolvermultistepscheduler | dpmsolver + + | dpmsolver + + 2m | dpm solver + + 2 m | dpm 2 m | dpm"
    " | dpms | dpm solver multistep scheduler | dpm + + 2 m karras | dpm solver plus plus | dpm plus plus",
    "SCHEDNAME=DPMSolverSinglestepScheduler": "dpm solver singlestep | dpmsolversinglestepscheduler | dpmpp 2 s",
    "SCHEDNAME=UniPCMultistepScheduler": "unipc | uni pc | unipcmultistepscheduler | unipc multistep"
    " | unipc multistep scheduler",
    "SCHEDNAME=EulerDiscreteScheduler": "euler | euler discrete | eulerdiscretescheduler | euler discrete scheduler",
    "SCHEDNAME=EulerAncestralDiscreteScheduler": "euler ancestral | euler a | ancestral euler"
    " | eulerancestraldiscretescheduler",
    "SCHEDNAME=PNDMScheduler": "pndm | plms | pndmscheduler",
    "SCHEDNAME=LMSDiscreteScheduler": "lms | lmsdiscretescheduler",
    "SCHEDNAME=HeunDiscreteScheduler": "heun | heundiscretescheduler",
    "SCHEDNAME=DEISMultistepScheduler": "deis | deismultistepscheduler",
    "SCHEDNAME=DDPMScheduler": "ddpm | ddpmscheduler",
    "SCHEDNAME=KDPM2DiscreteScheduler": "kdpm2 | kdpm 2 | kdpm2discretescheduler",
    "SCHEDNAME=LCMScheduler": "lcm scheduler | lcmscheduler",
    "PIPE=sd15": "stable diffusion v 1 - 5 | stable diffusion 1 - 5 | sd v 1 - 5 | sd 1 - 5"
    " | stable diffusion v 1 - 4 | stable diffusion v 1 - 5 / stable diffusion v 1 - 5 | sd 1.5 | sd15 | sd v1.5"
    " | sd v 1.5 | sd 1 5 | sdv1.5 | sdv1 5 | stable diffusion 1.5 | stable diffusion v1.5"
    " | stable diffusion v1 5 | stable diffusion version 1.5 | stable diffusion 1 5 | sd1 | sd 1.4"
    " | stable diffusion 1.4 | sd 1.x | stable diffusion one point five | stablediffusion 1.5",
    "PIPE=sd21": "stable diffusion 2 - 1 | stable diffusion v 2 - 1 | sd 2 - 1 | sd v 2 - 1 | sd 2.1 | sd21"
    " | sd v2.1 | sd 2 1 | sdv2.1 | stable diffusion 2.1 | stable diffusion v2.1 | sd2 | stable diffusion v2 1"
    " | stable diffusion version 2.1 | stable diffusion 2 1 | stable diffusion 2 | stable diffusion two point one"
    " | stablediffusion 2.1 | sd 2",
    "PIPE=sdxl": "sdxl | sd xl | sdxl 1.0 | sd xl 1.0 | stable diffusion xl | stable diffusion xl 1.0"
    " | sdxl base | sdxl base 1.0 | stable diffusion xl base | stable diffusion xl base 1.0 | stablediffusion xl",
    "PIPE=pixart_alpha": "pixart xl 2 - 1024 | pixart xl 2 - 1024 ms | pixart alpha / pixart xl 2 - 1024 ms"
    " | pixart | pixart alpha | pixart a | pixart α | pixart xl | pixart xl 2 | pix art alpha | pix art"
    " | pixartalpha | pixart alpha xl | pixart xl 2 1024",
    "PIPE=pixart_sigma": "pixart sigma xl 2 - 1024 | pixart sigma xl 2 - 1024 ms"
    " | pixart alpha / pixart sigma xl 2 - 1024 ms | pixart sigma | pixart σ | pixart ς | pix art sigma | pixartsigma"
    " | pixart sigma xl | pixart sigma xl 2 | pixart sigma xl 2 1024",
    "PIPE=dit": "dit xl / 2 | dit | dit xl | dit xl 2 | dit xl/2 | diffusion transformer dit",
    "PIPE=dit256": "dit xl 2 - 256 | dit xl / 2 256 | dit xl / 2 - 256 | dit xl 2 256 | dit 256 | dit xl 256"
    " | dit xl/2 256",
    "PIPE=dit512": "dit xl 2 - 512 | dit xl / 2 512 | dit xl / 2 - 512 | dit xl 2 512 | dit 512 | dit xl 512"
    " | dit xl/2 512",
    "PIPE=sd": "stable diffusion | stablediffusion | sd",
    "CLASS=StableDiffusionPipeline": "stablediffusionpipeline",
    "CLASS=StableDiffusionImg2ImgPipeline": "stablediffusionimg 2 imgpipeline",
    "CLASS=StableDiffusionXLPipeline": "stablediffusionxlpipeline",
    "CLASS=StableDiffusionXLImg2ImgPipeline": "stablediffusionxlimg 2 imgpipeline",
    "CLASS=StableDiffusionControlNetPipeline": "stablediffusioncontrolnetpipeline",
    "CLASS=DiTPipeline": "ditpipeline",
    "CLASS=PixArtAlphaPipeline": "pixartalphapipeline",
    "CLASS=PixArtSigmaPipeline": "pixartsigmapipeline",
    "CONTROLNET": "controlnet | control net | controlnet canny | canny controlnet",
    "CANNY": "canny | canny edges | canny edge",
    "MODE=img2img": "picture to picture | imageto image | img 2 img | img to img | image to image"
    " | image 2 image | i 2 i | bild zu bild | imagen a imagen | image vers image | 图生图",
    "MODE=text2img": "text 2 img | txt 2 img | text to image | text 2 image | t 2 i | text zu bild"
    " | texto a imagen | texte vers image | 文生图",
    "MODE=class2img": "class 2 img | class conditional | class to image | class conditioned | klassenbedingt",
    "OTHERMODEL=FLUX": "flux | flux.1 | flux 1 | flux.1 dev | flux 1 dev | flux dev | flux schnell | flux.1 schnell",
    "OTHERMODEL=Stable Diffusion 3": "sd3 | sd 3 | sd 3.5 | sd3.5 | stable diffusion 3 | stable diffusion 3.5",
    "OTHERMODEL=a model that diffusers does not run": "dall e | dalle | midjourney | imagen 3",
    "OTHERMODEL=Kandinsky": "kandinsky",
    "OTHERMODEL=Wan": "wan 2.1 | wan2.1",
    "OTHERMODEL=Qwen-Image": "qwen image",
    "OTHERMODEL=SANA": "sana",
    "OTHERMODEL=Würstchen": "wuerstchen | wurstchen | stable cascade",
    "OTHERMETHOD=quantisation": "int8 | int 8 | int4 | quantization | quantisation | quantize | quantise"
    " | quantization hacks | fp8 | fp 8 | quantisierung | cuantizacion | quantification | 量化",
    "OTHERMETHOD=xFormers": "xformers | x formers",
    "OTHERMETHOD=TensorRT": "tensorrt | tensor rt | trt",
    "OTHERMETHOD=LCM": "lcm | lcm lora | latent consistency",
    "OTHERMETHOD=Turbo and Lightning models": "sdxl turbo | sd turbo | sdxl lightning | hyper sd",
    "OTHERMETHOD=FlashAttention": "flash attention | flashattention | sage attention | sageattention",
    "OTHERMETHOD=TeaCache": "teacache | tea cache | first block cache | fora",
    "OTHERMETHOD=offloading": "cpu offload | cpu offloading | model offload | sequential offload | vae tiling"
    " | vae slicing | attention slicing",
    "UNIT=1": "s | sec | secs",
    "UNIT=0.001": "ms | msec | msecs | millis",
    "UNIT=60": "min | mins",
    "ITS": "it/s | its/s | iter/s | iters/s | iterations/s | steps/s | it per s | it per second"
    " | its per second | iterations per second | steps per second | it/sec | it a second | iters per second"
    " | iterations a second",
    "SPIT": "s/it | s per it | seconds per iteration | sec/it | seconds per step | s/step",
    "FPS": "fps | img/s | imgs/s | images/s | im/s | pics/s | image/s | img/sec | images/sec | frames per second",
    "IPM": "img/min | images/min | imgs/min | pics/min",
    "MEMUNIT=1000": "gb | go | gigs | gig | gigabyte | gigabytes | gigaoctets | gigabyte vram",
    "MEMUNIT=1073.741824": "gib | gibibyte | gibibytes",
    "MEMUNIT=1": "mb | mo | megabyte | megabytes",
    "MEMUNIT=1.048576": "mib",
    "PCT": "% | pct | percent | per cent | percents | prozent | por ciento | porciento | pour cent | pourcent",
    "X": "x | × | fach | fache | fold | xs",
    "MAX": "<= | < = | < | =< | ≤",
    "MIN": ">= | > = | > | ≥",
    "STEPS": "num inference steps | n steps | nfe",
    "SEED": "seed | seeds | manual seed | random seed",
    "GUIDANCE": "guidance | cfg | classifier free guidance | guidance scale | cfg scale",
    "OTHERNUM": "batch | batch size | eta | strength | class | class id | class label | class ids | id"
    " | clip skip | version | v | python | torch | cuda | diffusers | pytorch | rtx | gtx | tesla | port | line"
    " | epoch | klasse | clase | classe | 类别 | issue | ticket | ga | step id | exit code | error | temperature",
    "GPU": "gpu | gpus | graphics card | card | device | a 100 | h 100 | nvidia | geforce | grafikkarte"
    " | karte | tarjeta | carte graphique | laptop gpu | 显卡 | servers | server | users | user | cores | core"
    " | cpus | cpu",
    "QUALITY": "clip score | clip | clipscore | clip scores | psnr | ssim | lpips | fid",
    "MAXLOSS": "max loss | maxloss | max clip loss | max quality loss",
    "SPEEDUP": "speedup | speed up | speed ups",
    "TARGETWORD": "latency s",
    "OOM": "oom | out of memory | cuda out of memory | outofmemoryerror",
    "MEMORY": "vram | ram",
    "WIDTH": "width",
    "HEIGHT": "height",
    "PX": "px | pixel | pixels | p | pix",
    "SEP": ". | ; | ! | ? | \n | 。 | ； | ！ | ？ | …",
    "COMMA": ", | ， | 、 | - | + | & | * | ( | ) | [ | ] | { | } | – | —",
    "EQ": "= | : | ：",
}
