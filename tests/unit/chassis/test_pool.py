"""What a store that is away looks like from here, and what is our own mistake."""

import asyncpg
import pytest

from services.chassis.handling import StoreUnavailable
from services.chassis.postgres.pool import store_errors

AWAY = [
    ConnectionRefusedError(),
    TimeoutError(),
    asyncpg.AdminShutdownError("terminating connection"),
    asyncpg.CannotConnectNowError("starting up"),
    asyncpg.TooManyConnectionsError("too many"),
    asyncpg.ConnectionDoesNotExistError("closed in the middle of operation"),
    asyncpg.InterfaceError("connection is closed"),
    asyncpg.InternalClientError("cannot switch to state 12; another operation (2) is in progress"),
]


@pytest.mark.parametrize("error", AWAY, ids=lambda error: type(error).__name__)
def test_a_store_that_is_away(error: Exception) -> None:
    with pytest.raises(StoreUnavailable), store_errors():
        raise error


@pytest.mark.parametrize(
    "error", [asyncpg.DataError("not a number"), asyncpg.UniqueViolationError("twice")]
)
def test_a_mistake_of_ours_stays_one(error: Exception) -> None:
    with pytest.raises(type(error)), store_errors():
        raise error
