"""What a finished PDF proves, whose it is, and what differs between two.

It imports cite, glyphs, compose and press.
"""
