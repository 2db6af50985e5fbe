"""Every parser of words from outside, under a fuzzer that watches which lines it reaches: `make fuzz SECONDS=60`."""
