"""The passwords of one state directory: made once, kept in a file that only we may read."""

import json
import os
import secrets
from pathlib import Path

NAMES = ("superuser", "owner", "app", "relay", "clock", "nats")


def kept_secrets(folder: Path) -> dict[str, str]:
    """Return the password of every name, making the file on the first call."""
    path = folder / "secrets.json"
    if not path.exists():
        made = {name: secrets.token_urlsafe(24) for name in NAMES}
        write_private(path, json.dumps(made))
    kept: dict[str, str] = json.loads(path.read_text())
    return kept


def write_private(path: Path, text: str) -> None:
    """Write a whole file that only we may read, or none: a crash leaves no half of it."""
    draft = path.with_name(f"{path.name}.{os.getpid()}.new")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
    draft.replace(path)
