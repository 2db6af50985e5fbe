"""Agents that ask a language model, each with the offline one behind it."""
