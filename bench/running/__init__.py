"""Runs of the benchmark: which tasks, who is at which, what is kept, and how a run goes on after it was ended."""
