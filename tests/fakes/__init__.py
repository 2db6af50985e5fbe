"""Servers on the loopback that speak the protocols of model providers, and say what a test tells them to."""
