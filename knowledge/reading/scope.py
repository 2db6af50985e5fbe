"""What kind of request it is, or that it is none of ours."""

import re

from .findings import Finding, cue, is_said
from .marks import Marked
from .tokens import Tagged

_SHELL = re.compile(
    r"\brm\s+-\w*[rf]|\$\(|[;&|]\s*(?:rm|cat|curl|wget|sudo|sh|bash|nc|chmod|dd|mkfs|python3?|eval|exec)\b|&&\s*\w+\s*[/~]"
    r"|/etc/(?:passwd|shadow)|\.ssh\b|\bid_rsa\b|\bsudo\s|\bDROP\s+TABLE\b|<script|\bcurl\s+\S+\s*\||:\(\)\s*\{|os\.system|__import__|>\s*/dev/"
    r"|\bsubprocess\b|\bmkfs\b|\bchmod\s+777|\$\{?IFS|\{\{.*\}\}|' OR '1'='1",
    re.IGNORECASE,
)
_CODE = re.compile(r"```.*?(?:```|\Z)", re.DOTALL)
_DOMAIN_TAGS = """
METHOD PIPE CLASS SCHEDNAME STEPS DTYPE CONTROLNET MODE SCHED SPEEDUP FASTER FACTOR RATE DUR LOSSLESS SLOW
ITRATE MEM OOM FAST PIPELINE TIME SPEED SCRIPT PROFILE OTHERMODEL MEMORY OPTIMIZE HALVE QUALITY
"""
_DOMAIN = _DOMAIN_TAGS.split()
_OURS = (
    "METHOD",
    "PIPE",
    "CLASS",
    "SCHEDNAME",
    "DTYPE",
    "CONTROLNET",
    "MODE",
    "STEPS",
    "IMAGES",
    "PIPELINE",
    "OTHERMODEL",
)
_SPEEDY = ["SPEEDUP", "FASTER", "SLOW", "FAST"]
_WRITES = ("WRITE near{0,6} SCRIPT", "WRITE near{0,4} PIPELINE", "WRITE near{0,5} PIPE|CONTROLNET|CLASS")
_MINE = ("MINE near{0,3} SCRIPT|PIPELINE|PIPE", "MINE near{0,3} SCRIPT")


def refusal(marked: Marked, tagged: Tagged) -> Finding | None:
    """Why this is declined: hostile, or about something else altogether."""
    outside = _CODE.sub(" ", marked.masked if marked.prompt else marked.text)
    if m := _SHELL.search(outside):
        return Finding("hostile", "it holds a shell command or code to be run", m.start(), m.end())
    for n, t in enumerate(tagged.tokens):
        if t.tag == "INJECTION":
            return cue(tagged, n, "hostile", "it asks to set the rules aside")
        if t.tag == "HOSTILE":
            return cue(tagged, n, "hostile", "it asks for something harmful")
    foreign = [n for n, t in enumerate(tagged.tokens) if t.tag in ("FOREIGN", "TRAIN")]
    if foreign and (tagged.tokens[foreign[0]].tag == "TRAIN" or not tagged.has(*_OURS)):
        return cue(tagged, foreign[0], "foreign", "it is about something else")
    asks = tagged.has("ASK") or any(t.text == "?" for t in tagged.tokens)
    if asks and sum(t.tag not in ("SEP", "COMMA") for t in tagged.tokens) >= 3 and not tagged.has(*_DOMAIN):
        return cue(tagged, 0, "foreign", "it is about something else")
    return None


def intent(tagged: Tagged, findings: list[Finding]) -> str:
    """accelerate, generate, profile, fit_memory or unclear, from what was found."""
    target = is_said(findings, "speedup", "latency_s", "step_s", "saved_s")
    if _writes(tagged, target):
        return "generate"
    if not target and _profiles(tagged, findings):
        return "profile"
    if not target and is_said(findings, "memory"):
        return "fit_memory"
    quality = is_said(findings, "max_loss", "lossless", "keep_steps", "forbidden", "allowed", "only", "alone")
    if target or quality or _wants_speed(tagged) or is_said(findings, "change_steps", "change_scheduler"):
        return "accelerate"
    if is_said(findings, "family", "class"):
        return "generate"
    if is_said(findings, "required", "dtype", "dtype_open", "keep_scheduler", "scheduler", "steps", "no_care"):
        return "accelerate"
    if tagged.has("OPTIMIZE") and tagged.has("SPEED", "TIME", "SCRIPT", "PIPELINE"):
        return "accelerate"
    if is_said(findings, "memory_here"):
        return "fit_memory"
    if tagged.has("WRITE") and tagged.has("SCRIPT", "IMAGES"):
        return "generate"
    return "profile" if tagged.has("PROFILE") else "unclear"


def _wants_speed(tagged: Tagged) -> bool:
    """`faster`, `too slow`; not `without any acceleration`."""
    spoken = [n for n, t in enumerate(tagged.tokens) if t.tag in _SPEEDY]
    return any(all(t.tag != "NOT" for t in tagged.tokens[max(0, n - 3) : n]) for n in spoken)


def _writes(tagged: Tagged, target: bool) -> bool:
    """`write a script ...`, and not `make my script ...`."""
    asked = any(tagged.first(p) is not None for p in _WRITES)
    mine = any(tagged.first(p) is not None for p in _MINE)
    if target and mine:
        return False
    if target:
        return tagged.first("WRITE near{0,6} SCRIPT") is not None
    return asked and not mine


def _profiles(tagged: Tagged, findings: list[Finding]) -> bool:
    asked = tagged.has("PROFILE")
    return asked and not is_said(findings, "required", "memory_mb") and not tagged.has("SPEEDUP", "FASTER")
