"""DiffBench and its models: so far the zoo, the tiny models that everything is tested on."""
