"""Days as requests state them: some are in no calendar."""

from datetime import date

from google.protobuf.message import Message
from google.type import date_pb2

from services.consult.domain.practitioner.errors import DateInvalid


def day_of(stated: date_pb2.Date) -> date:
    """Return the day, or refuse one that is in no calendar."""
    try:
        return date(stated.year, stated.month, stated.day)
    except ValueError:
        raise DateInvalid from None


def refuse_no_days(said: Message) -> None:
    """Refuse a request that states, however deep, a day that is in no calendar."""
    for field, value in said.ListFields():
        if field.message_type is None:
            continue
        for each in value if field.is_repeated else [value]:
            if isinstance(each, date_pb2.Date):
                day_of(each)
            else:
                refuse_no_days(each)
