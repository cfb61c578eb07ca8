"""One stack for the modules that leave it as it is; those that break it take one of their own."""

from collections.abc import Iterator

import pytest

from deploy.local.stack import Stack, fresh_stack


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    """PostgreSQL, NATS and the four services as processes, with nothing in them."""
    with fresh_stack() as started:
        started.start()
        yield started


@pytest.fixture(scope="module")
def breakable() -> Iterator[Stack]:
    """Another stack, which the tests of one module may kill and wipe."""
    with fresh_stack() as started:
        started.start()
        yield started
