"""Code of ours that a change writes into a person's script where a library's own call is broken, or acts in silence.

Each is the text of whole functions or classes, and reads nothing but builtins, what it defines, and what the method
that asks for it imports.
"""

KEEP_FEATURES = '''\
def keep_features(denoiser, config):
    """Switch a cache of diffusers on in a denoiser that was not made for one, and tell it where a picture begins."""
    if not isinstance(denoiser, CacheMixin):
        type(denoiser).__bases__ += (CacheMixin,)
    seen, contexts = [0.0], []
    if hasattr(config, "current_timestep_callback"):
        config.current_timestep_callback = lambda: seen[0]
    denoiser.enable_cache(config)

    def enter(module, args, kwargs):
        timestep = kwargs["timestep"] if "timestep" in kwargs else args[1]
        before, seen[0] = seen[0], float(torch.as_tensor(timestep).flatten()[0])
        if seen[0] > before:  # a picture that was broken off leaves its features behind
            denoiser._reset_stateful_cache()
        contexts.append(denoiser.cache_context("both halves"))
        contexts[-1].__enter__()

    def leave(module, args, output):
        if contexts:  # none where the cache is switched on within a call
            contexts.pop().__exit__(None, None, None)

    # Hooks, and no forward of our own: offloading puts the old forward back after every picture.
    entering = denoiser.register_forward_pre_hook(enter, with_kwargs=True)
    denoiser.cache_hooks = (entering, denoiser.register_forward_hook(leave, always_call=True))


def forget_features(denoiser):
    """Take the cache off again."""
    for hook in denoiser.__dict__.pop("cache_hooks"):
        hook.remove()
    denoiser.disable_cache()
'''
"""needs `torch` and `diffusers.models.CacheMixin`"""

KEEP_BY_MAGNITUDE = '''\
def keep_by_magnitude(denoiser, steps, **settings):
    """MagCache goes by magnitudes of this very checkpoint: the first picture is made whole, to measure them."""
    blocks, inputs, sizes, ratios, hooks = denoiser.transformer_blocks, [], [], [], []

    def enter(block, args):
        inputs[:] = args[:1]

    def leave(block, args, output):
        sizes.append((output - inputs.pop()).float().norm(dim=-1))
        ratios.append((sizes[-1] / (sizes[-2] + 1e-8)).mean().item() if len(sizes) > 1 else 1.0)
        del sizes[:-1]
        if len(ratios) == steps:
            for hook in hooks:
                hook.remove()
            keep_features(denoiser, MagCacheConfig(num_inference_steps=steps, mag_ratios=ratios, **settings))

    hooks += [blocks[0].register_forward_pre_hook(enter), blocks[-1].register_forward_hook(leave)]
    denoiser.measuring_magnitudes = hooks


def forget_magnitudes(denoiser):
    """Take MagCache off again, or what measures for it."""
    for hook in denoiser.__dict__.pop("measuring_magnitudes", ()):
        hook.remove()
    if "cache_hooks" in denoiser.__dict__:
        forget_features(denoiser)
'''
"""needs `KEEP_FEATURES` and `diffusers.MagCacheConfig`"""

SAFE_DEEPCACHE = '''\
class SafeDeepCache(DeepCacheSDHelper):
    """DeepCache that counts calls instead of looking timesteps up, and begins anew with every picture."""

    switched_on = False

    def enable(self, pipe=None):
        self.disable()
        super().enable()
        self.switched_on, self.scheduler = True, self.pipe.scheduler
        self.begin()
        set_timesteps = self.scheduler.set_timesteps

        def begun(*args, **kwargs):
            self.begin()
            return set_timesteps(*args, **kwargs)

        begun.__wrapped__ = set_timesteps
        self.scheduler.set_timesteps = begun

    def disable(self):
        if self.switched_on:
            self.counting.remove()
            self.function_dict["unet_forward"] = self.pipe.unet.forward
            super().disable()
            self.switched_on = False
            self.scheduler.__dict__.pop("set_timesteps", None)

    def begin(self):
        self.cur_timestep, self.start_timestep, self.cached_output = -1, 0, {}

    def count(self, module, args):
        self.cur_timestep += 1

    def wrap_unet_forward(self):
        # A hook, and no forward of our own: offloading puts the old forward back after every picture.
        self.counting = self.pipe.unet.register_forward_pre_hook(self.count)
'''
"""needs `DeepCache.DeepCacheSDHelper`"""

MERGE_TOKENS = '''\
def merge_tokens(transformer, **settings):
    """Token merging around self-attention alone: tomesd's own block does not know PixArt's normalisation."""
    patch = transformer.config.patch_size
    state = {"size": None, "args": {"sx": 2, "sy": 2, "use_rand": False, "generator": None, **settings}}
    state["args"].update(merge_attn=True, merge_crossattn=False, merge_mlp=False)

    def measure(module, args, kwargs):
        latents = args[0] if args else kwargs["hidden_states"]
        state["size"] = (latents.shape[-2] // patch, latents.shape[-1] // patch)

    def merged(forward):
        def attend(hidden_states, *args, **kwargs):
            functions = compute_merge(hidden_states, state)
            return functions[3](forward(functions[0](hidden_states), *args, **kwargs))

        return attend

    for block in transformer.transformer_blocks:
        block.attn1.forward = merged(block.attn1.forward)
    state["hooks"] = [transformer.register_forward_pre_hook(measure, with_kwargs=True)]
    transformer._tome_info = state


def unmerge_tokens(transformer):
    """Take token merging off again."""
    for hook in transformer.__dict__.pop("_tome_info")["hooks"]:
        hook.remove()
    for block in transformer.transformer_blocks:
        block.attn1.__dict__.pop("forward", None)
'''
"""needs `tomesd.patch.compute_merge`"""

GUIDE_WITHIN = '''\
class GuidanceInterval(PipelineCallback):
    """Guide only the steps from `first` to `last`: the steps around them run without the unconditional half."""

    def __init__(self, first, last, tensor_inputs):
        super().__init__()
        self.first, self.last, self.names = first, last, tensor_inputs

    @property
    def tensor_inputs(self):
        return list(self.names)

    def callback_fn(self, pipeline, step_index, timestep, callback_kwargs):
        if step_index == 0:
            self.scale, self.both = pipeline._guidance_scale, dict(callback_kwargs)
        guided = self.first <= step_index + 1 <= self.last
        pipeline._guidance_scale = self.scale if guided else 0.0
        for name in self.names:
            both = self.both[name]
            callback_kwargs[name] = both if guided else both.chunk(2)[1]
        return callback_kwargs
'''
"""needs `diffusers.callbacks.PipelineCallback`"""

SKIP_LAYERS = '''\
def skip_layers(transformer, count):
    """Leave out `count` blocks of the middle, as far apart as they can be."""
    blocks = len(transformer.transformer_blocks)
    skipped = sorted({round((n + 1) * (blocks - 1) / (count + 1)) for n in range(count)})
    apply_layer_skip(transformer, LayerSkipConfig(indices=skipped, fqn="transformer_blocks"))
    transformer.skipped_layers = skipped


def run_all_layers(transformer):
    """Put the blocks back."""
    for index in transformer.__dict__.pop("skipped_layers"):
        transformer.transformer_blocks[index]._diffusers_hook.remove_hook("layer_skip_hook")
'''
"""needs `diffusers.hooks.apply_layer_skip` and `diffusers.LayerSkipConfig`"""

ATTEND_BY_SAGE = '''\
def attend_by_sage():
    """Put SageAttention in the place of PyTorch's attention, for what its kernels can do."""
    plain = torch.nn.functional.scaled_dot_product_attention

    def attend(query, key, value, attn_mask=None, dropout_p=0.0, is_causal=False, scale=None, **more):
        fits = attn_mask is None and not dropout_p and query.shape[-1] in (64, 96, 128)
        if fits and query.is_cuda and query.dtype in (torch.float16, torch.bfloat16):
            return sageattn(query, key, value, tensor_layout="HND", is_causal=is_causal, sm_scale=scale)
        return plain(query, key, value, attn_mask, dropout_p, is_causal, scale=scale, **more)

    attend.plain, attend.by_sage = plain, True
    torch.nn.functional.scaled_dot_product_attention = attend


def attend_by_torch():
    """Put PyTorch's own attention back."""
    torch.nn.functional.scaled_dot_product_attention = torch.nn.functional.scaled_dot_product_attention.plain
'''
"""needs `torch` and `sageattention.sageattn`"""
