"""A merged patient's records follow, once, and otherwise decide as they did."""

from datetime import timedelta

from services.consult.domain.following import RecordRepointed, Repoint, following
from services.consult.domain.plan.commands import WithdrawPlan
from services.consult.domain.plan.decider import DECIDER
from services.consult.domain.plan.events import PlanWithdrawn
from services.consult.domain.plan.model import PlanWithdrawalReason
from tests.support.spec import Spec
from tests.unit.consult.samples import NOW, PATIENT, PLAN, proposed

OTHER = PATIENT.replace("a1", "a2")
LATER = NOW + timedelta(days=1)
FOLLOWING = Spec(following(DECIDER))
REPOINT = Repoint(PLAN, OTHER, LATER)
REPOINTED = RecordRepointed(PLAN, OTHER, PATIENT, LATER)


def test_a_record_follows_its_patient() -> None:
    assert FOLLOWING.given(proposed()).when(REPOINT, None) == [REPOINTED]
    state = FOLLOWING.given(proposed(), REPOINTED).state
    assert state is not None
    assert state.patient_id == OTHER


def test_it_follows_once_and_nothing_is_made() -> None:
    assert FOLLOWING.given(proposed(), REPOINTED).when(REPOINT, None) == []
    assert FOLLOWING.when(REPOINT, None) == []


def test_it_decides_as_it_did() -> None:
    command = WithdrawPlan(PLAN, PlanWithdrawalReason.MEDICAL, None, LATER)
    ended = PlanWithdrawn(PLAN, OTHER, PlanWithdrawalReason.MEDICAL, None, LATER)
    assert FOLLOWING.given(proposed(), REPOINTED).when(command, None) == [ended]
