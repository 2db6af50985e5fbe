"""Every method on every pipeline, tried: `PYTHONPATH=tests python -m matrix`. It goes on where it was broken off."""
