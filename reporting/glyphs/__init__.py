"""The document's fonts, and formulas as pictures with their text.

It imports no other room.
"""
