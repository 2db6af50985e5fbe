"""The runner: untrusted side of the judge. Runs under the project's own interpreter.

It imports the standard library, numpy, torch and diffusers, and nothing of ours outside this folder, so that a
project needs nothing installed. `bootstrap.py` starts it as the package `worker`.
"""
