"""Lists of reference data: the day that they are of, and the page that is asked for."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import TypeVar

from google.protobuf.message import Message
from google.type import date_pb2

from services.chassis.grpc.api import Api
from services.chassis.grpc.pages import ListRequest, paging
from services.chassis.grpc.scope import current
from services.consult.api.days import day_of

RowT = TypeVar("RowT")


def day_in(api: Api, stated: date_pb2.Date) -> date:
    """Return the day that is asked about, today where none is; refuse one in no calendar."""
    return day_of(stated) if stated.ByteSize() else api.clock.now().date()


def page_of(
    api: Api, request: ListRequest, rows: Iterable[RowT], code: Callable[[RowT], str]
) -> tuple[Sequence[RowT], str]:
    """Return a page of `rows` in the order of their codes, and the token of the next.

    No two rows of a list have one code.
    """
    assert isinstance(request, Message), "what asks for a list is a message"
    bound = bound_by(request)
    asked = paging(api.keys, current().caller.chain_id, request, bound["list"], bound)
    ordered = sorted(rows, key=code)
    left = [row for row in ordered if asked.after is None or code(row) > asked.after]
    return asked.cut(left, code)


def bound_by(request: Message) -> dict[str, str]:
    """Return what a token is good for: the list, and all that is asked of it but the page."""
    rest = type(request)()
    rest.CopyFrom(request)
    rest.ClearField("page_size")
    rest.ClearField("page_token")
    said = rest.SerializeToString(deterministic=True).hex()
    return {"list": str(request.DESCRIPTOR.full_name), "said": said}
