"""L4 and L5: a baseline, a menu of methods, and how fast it must become without losing quality."""

from . import numbered

SPEEDUPS = numbered(
    "S",
    (
        "{pipeline} at {steps} steps with {sampling}{at_size}: make it at least {target} faster. Allowed: {menu}. "
        "{kept}The CLIP-Score may drop by 5% at most.",
        "Here is my script for {pipeline} ({sampling}, {steps} steps{at_size}). I need a speedup of {target} or more "
        "with no more than 5% relative CLIP-Score loss. You may use {menu}. {kept}",
        "hey, this {pipeline} thing ({steps} steps, {sampling}{at_size}) is way too slow. can you get it {target} "
        "faster? things you can play with: {menu}. {kept}please don't lose more than 5% CLIP score",
        "Baseline: {pipeline}, {sampling}, {steps} steps, {size}\nTarget speedup: >= {target}\nRelative CLIP loss: "
        "<= 5%\nMethods: {menu}\n{kept}",
        "Accelerate {pipeline} by {target}. Baseline: {steps} steps with {sampling}{at_size}. Choose any combination "
        "of {menu}. {kept}Keep the quality loss within 5%.",
        "Our monthly GPU bill is out of hand, mostly because of {pipeline} ({steps} steps, {sampling}{at_size}). "
        "Finance wants {target} the throughput. Engineering allows {menu}. {kept}Quality, as CLIP-Score, must stay "
        "within 5% of today's.",
        "Find an acceleration plan for {pipeline} with {steps} steps of {sampling}{at_size} that reaches {target} "
        "with at most 5% CLIP degradation; candidates are {menu}. {kept}",
        "I want {pipeline} to run {target} as fast as it does now. Now means {steps} steps, {sampling}{at_size}. "
        "{menu}: mix them as you like. {kept}Up to 5% CLIP loss is acceptable.",
        "speed-up wanted: {target}, not less\nfor: {pipeline} / {steps} steps / {sampling} / {size}\nyou can choose "
        "from: {menu}\nCLIP loss: 5% or less\n{kept}",
        "The attached baseline draws with {pipeline} in {steps} steps using {sampling}{at_size}. Rewrite it to be "
        "{target} faster. Use {menu}, alone or together. {kept}The mean CLIP-Score must not fall by more than 5%.",
        "Could you tune {pipeline} for me? At the moment it does {steps} steps with {sampling}{at_size}, I'd like "
        "{target} and can live with a 5% lower CLIP-Score. The toolbox: {menu}. {kept}",
        "Given {pipeline} ({sampling}, {steps} denoising steps{at_size}), minimise latency until the speedup is at "
        "least {target}, subject to a relative CLIP-Score loss <= 5%. Search space: {menu}. {kept}",
    ),
)
LATENCIES = numbered(
    "T",
    (
        "{pipeline} at {steps} steps with {sampling}{at_size} must take no more than {target} on this machine. "
        "Allowed: {menu}. {kept}The CLIP-Score may drop by 5% at most.",
        "Here is my script for {pipeline} ({sampling}, {steps} steps{at_size}). On my hardware it has to come down to "
        "{target} with no more than 5% relative CLIP-Score loss. You may use {menu}. {kept}",
        "can you make this {pipeline} script ({steps} steps, {sampling}{at_size}) faster? it should need {target} or "
        "less on the box it runs on. fair game: {menu}. {kept}max 5% CLIP loss",
        "Baseline: {pipeline}, {sampling}, {steps} steps, {size}\nTarget latency on this device: <= {target}\n"
        "Relative CLIP loss: <= 5%\nMethods: {menu}\n{kept}",
        "Bring {pipeline} below {target}. Baseline: {steps} steps with {sampling}{at_size}. Choose any combination "
        "of {menu}. {kept}Keep the quality loss within 5%.",
        "Visitors leave our site when a picture takes too long. We run {pipeline} ({steps} steps, {sampling}"
        "{at_size}) and the budget is {target} on the current server. The team accepts {menu}. {kept}CLIP-Score must "
        "stay within 5% of the baseline's.",
        "Find an acceleration plan for {pipeline} with {steps} steps of {sampling}{at_size} that needs at most "
        "{target} here, with at most 5% CLIP degradation; candidates are {menu}. {kept}",
        "I want {pipeline} to answer within {target} on this computer. Today it uses {steps} steps, {sampling}"
        "{at_size}. {menu}: mix them as you like. {kept}Up to 5% CLIP loss is acceptable.",
        "latency wanted: {target}, not more, same hardware\nfor: {pipeline} / {steps} steps / {sampling} / {size}\n"
        "you can choose from: {menu}\nCLIP loss: 5% or less\n{kept}",
        "The attached baseline draws with {pipeline} in {steps} steps using {sampling}{at_size}. Rewrite it so that "
        "it takes {target} at most on the machine at hand. Use {menu}, alone or together. {kept}The mean CLIP-Score "
        "must not fall by more than 5%.",
        "Could you tune {pipeline} for me? At the moment it does {steps} steps with {sampling}{at_size}; I can wait "
        "{target} and can live with a 5% lower CLIP-Score. The toolbox: {menu}. {kept}",
        "Given {pipeline} ({sampling}, {steps} denoising steps{at_size}), meet a latency bound of {target} on the "
        "local device, subject to a relative CLIP-Score loss <= 5%. Search space: {menu}. {kept}",
    ),
)
