"""DiffBench's 604 tasks: how they are made from the paper's marginals, and how they are read."""
