"""What is wrong with a report's text; of this room, all that the first lines of a build need."""


class ReportError(Exception):
    """What is wrong, with the question that it is in; several faults are a line each."""
