"""What must be heard although the profile tells Snakemake to be quiet: every fault that a job has not told itself."""

import logging
import sys

# A job that ends with status 1 has said why; and of a failed job Snakemake speaks once more at the end.
SAID = ("returned non-zero exit status 1.", "At least one job did not complete successfully.")


class Faults(logging.Handler):
    """Prints Snakemake's errors, less those that repeat what a job said."""

    def emit(self, record: logging.LogRecord) -> None:
        text = record.getMessage().strip()
        if getattr(record, "event", None) == "error" and not text.endswith(SAID):
            print(text, file=sys.stderr)
