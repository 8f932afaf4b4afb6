"""The report's text: read into one tree, held against its rules, and written as HTML and as a notebook.

It imports cite and glyphs.
"""
