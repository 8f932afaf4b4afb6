"""What the Makefile calls: environment, verify, review, submission, reproduce, watch, new, picture.

It imports all rooms but jobs.
"""
