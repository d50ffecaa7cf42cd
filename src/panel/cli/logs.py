"""Logging for -v and --log-file. Keys never reach it: rooms log names and counts, not bodies or headers."""

import json
import logging
import sys
from datetime import UTC, datetime
from pathlib import Path

from panel.errors import Mistake


class JsonLines(logging.Formatter):
    """One JSON object a line: time, level, where, what."""

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        return json.dumps({"at": at, "level": record.levelname, "where": record.name, "what": record.getMessage()})


def set_up_logging(verbose: int, log_file: str) -> None:
    """Log our own rooms: to stderr from -v on, to a file when one is named.

    Raises Mistake when the file can't be opened.
    """
    logger = logging.getLogger("panel")
    logger.setLevel(logging.DEBUG)
    if verbose:
        talker = logging.StreamHandler(sys.stderr)
        talker.setLevel(logging.DEBUG if verbose > 1 else logging.INFO)
        talker.setFormatter(logging.Formatter("%(name)s: %(message)s"))
        logger.addHandler(talker)
    if log_file:
        try:
            keeper = logging.FileHandler(Path(log_file), encoding="utf-8")
        except OSError as err:
            raise Mistake(f"--log-file {log_file!r} can't be opened: {err.strerror}.", hint="Name another.") from err
        keeper.setFormatter(JsonLines())
        logger.addHandler(keeper)
