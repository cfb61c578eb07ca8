"""By what a patient is found: normal forms of what identifies them. Only their hashes are kept."""

import unicodedata
from datetime import date

from mesoflow.consult.v1 import model_pb2
from mesoflow.consult.v1 import service_pb2 as pb
from services.consult.api.days import day_of

Identifying = model_pb2.Identity | pb.FindPatientsRequest


def terms(stated: Identifying) -> list[str]:
    """Return the terms that `stated` is kept, or looked for, under; a name counts with its birth
    date alone."""
    day = born(stated)
    name = folded(stated.full_name)
    digits = "".join(each for each in normal(stated.phone_number) if each.isdecimal())
    address = folded(stated.email_address)
    kinds = {
        "name+born": f"{name}\0{day.isoformat()}" if name and day else "",
        "phone": digits,
        "email": address,
    }
    return [f"{kind}\0{value}" for kind, value in kinds.items() if value]


def folded(text: str) -> str:
    """Return `text` without what people write differently: case, width, and how much space."""
    return " ".join(normal(text).casefold().split())


def normal(text: str) -> str:
    """Return `text` in the one form that Unicode has for its characters."""
    return unicodedata.normalize("NFKC", text)


def born(stated: Identifying) -> date | None:
    """Return the birth date, None where there is none."""
    return day_of(stated.birth_date) if stated.HasField("birth_date") else None
