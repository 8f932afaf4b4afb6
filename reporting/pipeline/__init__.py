"""The machinery around Snakemake: the configuration, what is not of today and why, locks, seals, what a build says.

It imports cite.
"""
