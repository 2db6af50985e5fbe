"""A stand-in for a language model that errs at a set rate, to measure the worth of the parts of an agent.

It is no model: it reads the agents' prompts, knows the right answer from the knowledge base, and spoils some of its
answers in the ways in which models go wrong (wrong imports, `AutoPipeline`, `pipe.tgate` without its loader, invented
methods and arguments). What comes out says how agents deal with such mistakes, and nothing of any real model: every
figure that it takes part in is labelled as simulation.
"""

from .model import SIMULATION, Simulated, named

__all__ = ["SIMULATION", "Simulated", "named"]
