"""What DiffAgent itself costs, measured: `make bench-perf` writes docs/results/performance.md."""
