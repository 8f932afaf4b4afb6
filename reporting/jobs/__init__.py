"""The scripts of the engine's rules, which are in reporting/rules.

It imports all rooms but commands.
"""
