"""Artifacts to document: every number with its source, every figure with its reference.

It knows nothing of networks."""
