"""Paths, the values at them, how they are printed, and what is claimed of them.

It imports no other room.
"""
