"""What is known about making diffusers faster: vocabulary, methods, rules. Pure: no torch, no files, no network."""
