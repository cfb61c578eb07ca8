"""Logs as one JSON object a line: ids and codes; of an exception its type, not its words."""

import json
import logging
import traceback
from datetime import UTC, datetime

_OWN = set(vars(logging.makeLogRecord({}))) | {"message", "asctime"}


class JsonFormatter(logging.Formatter):
    """Formats a record with its `extra` fields."""

    def __init__(self, service: str) -> None:
        super().__init__()
        self._service = service

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": record.levelname,
            "service": self._service,
            "logger": record.name,
            "message": record.getMessage(),
        }
        line |= {k: str(v) for k, v in vars(record).items() if k not in _OWN}
        if record.exc_info and record.exc_info[1] is not None:
            # An exception's own words can carry a row's values; its type and place do not.
            error = record.exc_info[1]
            line["error"] = type(error).__name__
            line["sqlstate"] = str(getattr(error, "sqlstate", ""))
            line["at_code"] = [
                f"{f.filename.rpartition('services/')[2]}:{f.lineno}"
                for f in traceback.extract_tb(error.__traceback__)[-6:]
            ]
        return json.dumps(line)


def log_as_json(service: str, level: int = logging.INFO) -> None:
    """Send every log line of this process to standard error as JSON."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonFormatter(service))
    logging.basicConfig(level=level, handlers=[handler], force=True)
