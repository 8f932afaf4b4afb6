"""The PDF: printed, made to conform to its standards, with its evidence attached, and read back.

It imports cite, glyphs and compose.
"""
