"""Tables of words, one file a language and one for names: tag -> phrases, separated by bars. Data, no rules.

A tag may carry a value: `NTIMES=2`. Phrases are written without accents or hyphens as people type them; both sides are
folded before they are compared.
"""
