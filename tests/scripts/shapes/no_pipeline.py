"""One step of training: diffusers without a pipeline."""

import torch
import torch.nn.functional as F
from diffusers import DDPMScheduler, UNet2DModel
from diffusers.optimization import get_cosine_schedule_with_warmup

model = UNet2DModel(sample_size=64, in_channels=3, out_channels=3)
noise_scheduler = DDPMScheduler(num_train_timesteps=1000)
optimizer = torch.optim.AdamW(model.parameters(), lr=1e-4)
schedule = get_cosine_schedule_with_warmup(optimizer, num_warmup_steps=10, num_training_steps=100)
clean = torch.randn(4, 3, 64, 64)
noise = torch.randn_like(clean)
steps = torch.randint(0, 1000, (4,))
loss = F.mse_loss(model(noise_scheduler.add_noise(clean, noise, steps), steps).sample, noise)
loss.backward()
