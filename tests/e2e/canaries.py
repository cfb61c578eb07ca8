"""Texts that nobody else writes, in every field that is sensitive; and the search for them."""

import mmap
import os
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from google.protobuf.message import Message

from deploy.demo.client import Client, Method, RequestT, Speaker
from deploy.demo.records import Person
from deploy.local.stack import SERVICES, Stack
from mesoflow.options.v1 import options_pb2 as options

CANARY = "ZZCANARY"
PERSON = Person(
    full_name=f"{CANARY} Quillfeather",
    birth_date=date(1969, 2, 17),
    phone_number=f"{CANARY} 0123",
    email_address=f"{CANARY}@example.org",
    postal_address=f"1 {CANARY} Street",
)
# Every table with everything in it; bytes as far as they are letters.
TABLES = """
SELECT format('%I.%I', n.nspname, c.relname) FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'm') AND n.nspname IN ('public', 'chassis')
"""
ROWS = "SET bytea_output = 'escape'; SELECT t::text FROM {table} AS t;"


class CanaryClient(Client):
    """A client whose people type the canary wherever a text is sealed."""

    written: set[str]

    async def call(self, method: Method[RequestT, Any], request: RequestT, by: Speaker) -> Any:  # noqa: ANN401 - whatever the method answers
        self.written = getattr(self, "written", set()) | write_canaries(request)
        return await super().call(method, request, by)


def write_canaries(request: Message) -> set[str]:
    """Fill every sensitive text of `request`, unless one says the canary; return all names.

    A search names one thing alone, and says it already.
    """
    sensitive = [
        field
        for field in request.DESCRIPTOR.fields
        if field.GetOptions().Extensions[options.sensitive]
    ]
    texts = [field.name for field in sensitive if field.message_type is None]
    if not any(CANARY in getattr(request, name) for name in texts):
        for name in texts:
            setattr(request, name, f"{CANARY} {name}")
    return {field.full_name for field in sensitive}


def sensitive_fields(*modules: Any) -> set[str]:  # noqa: ANN401 - generated modules
    """Return the name of every sensitive field of the requests in `modules`."""
    return {
        field.full_name
        for module in modules
        for message in module.DESCRIPTOR.message_types_by_name.values()
        for field in message.fields
        if message.name.endswith("Request") and field.GetOptions().Extensions[options.sensitive]
    }


def files_with(folder: Path, text: str) -> list[str]:
    """Return the files under `folder` that hold `text` in any case."""
    return [str(path.relative_to(folder)) for path in files(folder) if holds(path, text.encode())]


def files(folder: Path) -> Iterator[Path]:
    """Yield every file that has anything in it."""
    for parent, _, names in os.walk(folder):
        for path in (Path(parent, name) for name in names):
            if path.is_file() and path.stat().st_size:
                yield path


def holds(path: Path, text: bytes) -> bool:
    """Tell whether a file holds `text`, in capitals or in small letters."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        return content.find(text) >= 0 or content.find(text.lower()) >= 0


def tables_with(stack: Stack, text: str) -> list[str]:
    """Return every table of the four databases with a row that holds `text` in any case."""
    return [
        f"{service} {table}"
        for service in SERVICES
        for table in stack.postgres.run_sql(TABLES, service).split()
        if text.lower() in stack.postgres.run_sql(ROWS.format(table=table), service).lower()
    ]
