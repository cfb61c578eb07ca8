"""A plan that was proposed: quoted, signed as it is, accepted, withdrawn."""

from dataclasses import replace

import pytest

from services.chassis.kernel import DomainError
from services.consult.domain.formulary.errors import PolicyMissing
from services.consult.domain.patient.errors import (
    PatientDeceased,
    PatientErased,
    PatientMerged,
    PatientRestricted,
)
from services.consult.domain.patient.model import PatientState, VitalStatus
from services.consult.domain.plan import errors
from services.consult.domain.plan.decider import DECIDER
from services.consult.domain.plan.events import Event, PlanAccepted
from services.consult.domain.plan.facts import Facts
from services.consult.domain.plan.model import PlanState
from services.consult.domain.practitioner.errors import (
    LicenceLapsed,
    ResponsiblePractitionerRequired,
)
from services.consult.domain.practitioner.model import Profession
from tests.support.spec import Spec
from tests.unit.consult.plans import (
    ACCEPT,
    ACCEPTANCE,
    ACCEPTED,
    CONSENTED,
    END,
    ENDED,
    FLAGGED,
    MOVED,
    OTHER_DOCTOR,
    OTHER_QUOTE,
    QUOTED,
    RUNNING,
    SIGN,
    SIGNED,
    SIGNING,
    TAKE_BACK,
    TAKEN_BACK,
    VOIDED,
    acceptance,
    after,
    attach,
    plan_after,
)
from tests.unit.consult.samples import (
    CONSULTATION,
    EXCLUDING,
    NOW,
    PLAN,
    UNSUITABLE,
    assessment,
    consultation,
    doctor,
    ground,
    patient,
    proposed,
    quoted,
)


def test_a_quote_reaches_its_plan() -> None:
    assert after(proposed()).when(attach(quoted()), None) == [quoted()]


@pytest.mark.parametrize(
    "history",
    [
        (proposed(), quoted()),
        (proposed(), quoted(OTHER_QUOTE), SIGNED, ACCEPTED),
        (proposed(), ENDED),
    ],
)
def test_a_quote_that_changes_nothing_is_no_event(history: tuple[Event, ...]) -> None:
    assert after(*history).when(attach(quoted()), None) == []


def test_a_quote_before_its_plan_waits() -> None:
    with pytest.raises(errors.PlanNotFound):
        Spec(DECIDER).when(attach(quoted()), None)


def test_the_patient_signs_the_plan_as_it_is() -> None:
    assert after(proposed(), quoted()).when(SIGN, SIGNING) == [SIGNED]


REFUSED_SIGNATURES: list[tuple[tuple[Event, ...], Facts, type[DomainError]]] = [
    ((proposed(),), SIGNING, errors.QuoteMissing),
    ((proposed(), quoted()), replace(SIGNING, text_digest=b"\x09" * 32), errors.ConsentStale),
    ((proposed(), quoted()), replace(SIGNING, text_digest=None), errors.ConsentStale),
    ((proposed(), quoted()), replace(SIGNING, practitioner=None), LicenceLapsed),
    (
        (proposed(), quoted()),
        replace(SIGNING, practitioner=doctor(Profession.NURSE)),
        errors.ProfessionNotAllowed,
    ),
    (
        (proposed(), quoted()),
        replace(SIGNING, practitioner=replace(doctor(), clinic_ids=())),
        ResponsiblePractitionerRequired,
    ),
    ((proposed(), quoted(), ENDED), SIGNING, errors.PlanClosed),
    ((proposed(), quoted(), FLAGGED), SIGNING, errors.PlanFlagged),
    ((proposed(), quoted(), SIGNED, ACCEPTED), SIGNING, errors.PlanAlreadyAccepted),
    ((), SIGNING, errors.PlanNotFound),
]


@pytest.mark.parametrize(("history", "facts", "refusal"), REFUSED_SIGNATURES)
def test_a_signature_that_does_not_count(
    history: tuple[Event, ...], facts: Facts, refusal: type[DomainError]
) -> None:
    with pytest.raises(refusal):
        after(*history).when(SIGN, facts)


def test_only_who_answers_for_the_plan_takes_consent() -> None:
    with pytest.raises(ResponsiblePractitionerRequired):
        after(*QUOTED).when(replace(SIGN, practitioner_id=OTHER_DOCTOR), SIGNING)


def test_a_signature_keeps_both_hands_and_the_interpreter() -> None:
    [signed] = after(*QUOTED).when(replace(SIGN, interpreter_present=True), SIGNING)
    consent = plan_after(*QUOTED, signed).consent
    assert consent is not None
    assert consent.interpreter_present
    assert consent.practitioner_signature_digest != consent.patient_signature_digest


def test_a_signed_plan_is_accepted() -> None:
    assert after(proposed(), quoted(), SIGNED).when(ACCEPT, ACCEPTANCE) == [ACCEPTED]


RE_QUOTED = (*CONSENTED, VOIDED, quoted(OTHER_QUOTE))
REFUSED_ACCEPTANCES: list[tuple[tuple[Event, ...], dict[str, object], type[DomainError]]] = [
    ((proposed(),), {}, errors.QuoteMissing),
    ((proposed(), quoted()), {}, errors.ConsentMissing),
    (RE_QUOTED, {}, errors.ConsentStale),
    ((proposed(), quoted(), SIGNED, TAKEN_BACK), {}, errors.ConsentWithdrawn),
    ((proposed(), quoted(), SIGNED, ACCEPTED), {}, errors.PlanAlreadyAccepted),
    ((proposed(), quoted(), SIGNED, ENDED), {}, errors.PlanClosed),
    ((), {}, errors.PlanNotFound),
    ((*CONSENTED, FLAGGED), {}, errors.PlanFlagged),
    ((*CONSENTED, MOVED), {}, ResponsiblePractitionerRequired),
    (CONSENTED, {"ground": ground(policy=None)}, PolicyMissing),
    (CONSENTED, {"patient": patient(state=PatientState.MERGED)}, PatientMerged),
    (CONSENTED, {"patient": patient(state=PatientState.RESTRICTED)}, PatientRestricted),
    (CONSENTED, {"patient": patient(state=PatientState.ERASED)}, PatientErased),
    (
        (proposed(), quoted(), SIGNED),
        {"patient": patient(vital_status=VitalStatus.DECEASED)},
        PatientDeceased,
    ),
    (
        (proposed(), quoted(), SIGNED),
        {"consultation": consultation(assessment(expires_at=NOW))},
        errors.SuitabilityExpired,
    ),
    (
        (proposed(), quoted(), SIGNED),
        {"consultation": consultation(UNSUITABLE)},
        errors.NotSuitable,
    ),
    (
        (proposed(), quoted(), SIGNED),
        {"consultation": consultation(EXCLUDING)},
        errors.IngredientBlocked,
    ),
]


@pytest.mark.parametrize(("history", "changes", "refusal"), REFUSED_ACCEPTANCES)
def test_a_plan_is_not_accepted(
    history: tuple[Event, ...], changes: dict[str, object], refusal: type[DomainError]
) -> None:
    with pytest.raises(refusal):
        after(*history).when(ACCEPT, acceptance(**changes))


def test_an_old_quote_is_not_accepted() -> None:
    late = replace(ACCEPT, at=quoted().valid_until)
    with pytest.raises(errors.QuoteExpired):
        after(proposed(), quoted(), SIGNED).when(late, ACCEPTANCE)


def test_a_new_quote_ends_the_signature_first() -> None:
    found = after(*CONSENTED).when(attach(quoted(OTHER_QUOTE)), None)
    assert found == [VOIDED, quoted(OTHER_QUOTE)]
    assert after(*CONSENTED, TAKEN_BACK).when(attach(quoted(OTHER_QUOTE)), None) == found[1:]


def test_a_quote_of_terms_that_are_not_the_plans_is_of_no_use() -> None:
    assert after(proposed()).when(attach(quoted(), amends_quote_id="an-earlier-one"), None) == []


def test_a_new_quote_makes_the_signature_stale_until_it_is_given_again() -> None:
    resign = after(*RE_QUOTED).when(replace(SIGN, consent_id="consent-2"), SIGNING)
    assert resign == [replace(SIGNED, consent_id="consent-2", plan_version=5)]
    [accepted] = after(*RE_QUOTED, *resign).when(ACCEPT, ACCEPTANCE)
    assert isinstance(accepted, PlanAccepted)
    assert (accepted.quote_id, accepted.consent_id) == (OTHER_QUOTE, "consent-2")


@pytest.mark.parametrize(
    "history",
    [(proposed(), quoted(), SIGNED), (proposed(), quoted(), SIGNED, ACCEPTED), RE_QUOTED],
)
def test_consent_is_taken_back_at_any_time(history: tuple[Event, ...]) -> None:
    assert after(*history).when(TAKE_BACK, None) == [TAKEN_BACK]


@pytest.mark.parametrize(
    ("history", "refusal"),
    [
        ((proposed(), quoted()), errors.ConsentMissing),
        ((proposed(), quoted(), SIGNED, TAKEN_BACK), errors.ConsentWithdrawn),
        ((proposed(), quoted(), SIGNED, ENDED), errors.PlanClosed),
        ((), errors.PlanNotFound),
    ],
)
def test_there_is_no_consent_to_take_back(
    history: tuple[Event, ...], refusal: type[DomainError]
) -> None:
    with pytest.raises(refusal):
        after(*history).when(TAKE_BACK, None)


def test_a_plan_ends_once() -> None:
    assert after(proposed()).when(END, None) == [ENDED]
    with pytest.raises(errors.PlanClosed):
        after(proposed(), ENDED).when(END, None)


STEPS: list[tuple[tuple[Event, ...], PlanState]] = [
    ((proposed(),), PlanState.PROPOSED),
    ((proposed(), quoted()), PlanState.QUOTED),
    ((proposed(), quoted(), SIGNED), PlanState.CONSENTED),
    (RE_QUOTED, PlanState.QUOTED),
    ((proposed(), quoted(), SIGNED, ACCEPTED), PlanState.ACCEPTED),
    ((proposed(), quoted(), SIGNED, ACCEPTED, TAKEN_BACK), PlanState.CONSENT_WITHDRAWN),
    ((proposed(), quoted(), SIGNED, TAKEN_BACK, quoted(OTHER_QUOTE)), PlanState.CONSENT_WITHDRAWN),
    ((proposed(), quoted(), SIGNED, TAKEN_BACK, SIGNED), PlanState.CONSENTED),
    ((*CONSENTED, VOIDED), PlanState.QUOTED),
    ((*RUNNING, FLAGGED), PlanState.ACCEPTED),
    ((*RUNNING, MOVED), PlanState.ACCEPTED),
    ((proposed(), ENDED), PlanState.WITHDRAWN),
]


@pytest.mark.parametrize(("history", "state"), STEPS)
def test_where_a_plan_stands(history: tuple[Event, ...], state: PlanState) -> None:
    plan = Spec(DECIDER).given(*history).state
    assert plan is not None
    assert (plan.state, plan.version) == (state, len(history))
    assert (plan.consultation_id, plan.plan_id) == (CONSULTATION, PLAN)


def test_a_consent_that_was_taken_back_is_given_again_before_the_plan_goes_on() -> None:
    history = (*RUNNING, TAKEN_BACK)
    with pytest.raises(errors.ConsentWithdrawn):
        after(*history).when(ACCEPT, ACCEPTANCE)
    with pytest.raises(errors.ConsentWithdrawn):
        after(*history).when(replace(SIGN, consent_id="consent-2"), SIGNING)
    anew = replace(SIGN, consent_id="consent-2", patient_signature_digest=b"\x01" * 32)
    again = after(*history).when(anew, SIGNING)
    [accepted] = after(*history, *again).when(ACCEPT, ACCEPTANCE)
    assert accepted == replace(ACCEPTED, consent_id="consent-2", first_time=False)
