"""What a finished PDF proves, and what differs between two.

It imports cite, glyphs, compose and press.
"""
