"""Days and moments as requests state them: some are in no calendar."""

from datetime import date

from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp
from google.type import date_pb2

from services.consult.domain.practitioner.errors import DateInvalid


def day_of(stated: date_pb2.Date) -> date:
    """Return the day, or refuse one that is in no calendar."""
    try:
        return date(stated.year, stated.month, stated.day)
    except ValueError:
        raise DateInvalid from None


def day_message(day: date) -> date_pb2.Date:
    """Return a day as it is sent."""
    return date_pb2.Date(year=day.year, month=day.month, day=day.day)


def refuse_no_moment(stated: Timestamp) -> None:
    """Refuse a moment before the first year or after the last one, or of no second."""
    try:
        stated.ToDatetime()
    except ValueError:
        raise DateInvalid from None


def refuse_no_days(said: Message) -> None:
    """Refuse a request that states, however deep, a day or a moment that is in no calendar."""
    for field, value in said.ListFields():
        if field.message_type is None:
            continue
        for each in value if field.is_repeated else [value]:
            if isinstance(each, date_pb2.Date):
                day_of(each)
            elif isinstance(each, Timestamp):
                refuse_no_moment(each)
            else:
                refuse_no_days(each)
