"""A chain registers once."""

import pytest

from services.consult.domain.chain.commands import AmendChain, RegisterChain
from services.consult.domain.chain.decider import DECIDER
from services.consult.domain.chain.errors import ChainAlreadyRegistered, ChainNotFound
from services.consult.domain.chain.events import ChainAmended, ChainRegistered
from tests.support.spec import Spec
from tests.unit.consult.samples import CHAIN, NOW

REGISTER = RegisterChain(CHAIN, "north", "GB", NOW)
REGISTERED = ChainRegistered(CHAIN, "north", "GB", NOW)


def test_a_chain_is_registered() -> None:
    assert Spec(DECIDER).when(REGISTER, None) == [REGISTERED]


def test_a_chain_is_registered_once() -> None:
    with pytest.raises(ChainAlreadyRegistered):
        Spec(DECIDER).given(REGISTERED).when(REGISTER, None)


def test_its_state_is_what_was_registered() -> None:
    state = Spec(DECIDER).given(REGISTERED).state
    assert state is not None
    assert (state.chain_id, state.short_name, state.jurisdiction_code) == (CHAIN, "north", "GB")


def test_its_jurisdiction_is_amended() -> None:
    amended = ChainAmended(CHAIN, "IE", NOW)
    assert Spec(DECIDER).given(REGISTERED).when(AmendChain(CHAIN, "IE", NOW), None) == [amended]
    state = Spec(DECIDER).given(REGISTERED, amended).state
    assert state is not None
    assert (state.short_name, state.jurisdiction_code) == ("north", "IE")


def test_only_a_registered_chain_is_amended() -> None:
    with pytest.raises(ChainNotFound):
        Spec(DECIDER).when(AmendChain(CHAIN, "IE", NOW), None)
