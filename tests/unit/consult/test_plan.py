"""A plan that was proposed: quoted, signed as it is, accepted, withdrawn."""

from dataclasses import replace

import pytest

from services.chassis.kernel import DomainError
from services.consult.domain.patient.errors import (
    PatientDeceased,
)
from services.consult.domain.patient.model import VitalStatus
from services.consult.domain.plan import errors
from services.consult.domain.plan.commands import (
    AcceptPlan,
    AttachQuote,
    Command,
    SignConsent,
    WithdrawConsent,
    WithdrawPlan,
)
from services.consult.domain.plan.decider import DECIDER
from services.consult.domain.plan.events import (
    ConsentSigned,
    ConsentWithdrawn,
    Event,
    PlanAccepted,
    PlanWithdrawn,
    QuoteAttached,
)
from services.consult.domain.plan.facts import AcceptanceFacts, Facts, SigningFacts
from services.consult.domain.plan.model import Plan, PlanState, PlanWithdrawalReason
from services.consult.domain.practitioner.errors import LicenceLapsed
from services.consult.domain.practitioner.model import Profession
from tests.support.spec import Spec
from tests.unit.consult.samples import (
    CLINIC,
    CONSULTATION,
    DOCTOR,
    EXCLUDING,
    NOW,
    PATIENT,
    PLAN,
    QUOTE,
    UNSUITABLE,
    assessment,
    changed,
    consultation,
    doctor,
    patient,
    proposed,
    quoted,
)

DIGEST, SIGNATURE = b"\x07" * 32, b"\x08" * 32
OTHER_QUOTE = QUOTE.replace("f1", "f2")
SIGN = SignConsent(PLAN, "consent-1", DOCTOR, DIGEST, "en", SIGNATURE, NOW)
SIGNED = ConsentSigned(PLAN, "consent-1", PATIENT, DOCTOR, DIGEST, "en", SIGNATURE, 2, NOW)
ACCEPT = AcceptPlan(PLAN, NOW)
ACCEPTED = PlanAccepted(
    plan_id=PLAN,
    patient_id=PATIENT,
    clinic_id=CLINIC,
    practitioner_id=DOCTOR,
    quote_id=QUOTE,
    consent_id="consent-1",
    cocktail=proposed().cocktail,
    protocol=proposed().protocol,
    accepted_at=NOW,
    terms_version=2,
)
TAKE_BACK = WithdrawConsent(PLAN, NOW)
TAKEN_BACK = ConsentWithdrawn(PLAN, "consent-1", PATIENT, NOW)
END = WithdrawPlan(PLAN, PlanWithdrawalReason.PATIENT_WISH, None, NOW)
ENDED = PlanWithdrawn(PLAN, PATIENT, PlanWithdrawalReason.PATIENT_WISH, None, NOW)
SIGNING = SigningFacts(doctor(), DIGEST)
ACCEPTANCE = AcceptanceFacts(patient(), consultation())


def attach(quote: QuoteAttached) -> AttachQuote:
    return AttachQuote(
        PLAN, quote.quote_id, quote.total, quote.deposit, quote.valid_until, quote.attached_at
    )


def after(*history: Event) -> Spec[Plan, Command, Event, Facts]:
    return Spec(DECIDER).given(*history)


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
    ((proposed(), quoted(), ENDED), SIGNING, errors.PlanClosed),
    ((proposed(), quoted(), SIGNED, ACCEPTED), SIGNING, errors.PlanAlreadyAccepted),
    ((), SIGNING, errors.PlanNotFound),
]


@pytest.mark.parametrize(("history", "facts", "refusal"), REFUSED_SIGNATURES)
def test_a_signature_that_does_not_count(
    history: tuple[Event, ...], facts: Facts, refusal: type[DomainError]
) -> None:
    with pytest.raises(refusal):
        after(*history).when(SIGN, facts)


def test_a_signed_plan_is_accepted() -> None:
    assert after(proposed(), quoted(), SIGNED).when(ACCEPT, ACCEPTANCE) == [ACCEPTED]


RE_QUOTED = (proposed(), quoted(), SIGNED, quoted(OTHER_QUOTE))
REFUSED_ACCEPTANCES: list[tuple[tuple[Event, ...], dict[str, object], type[DomainError]]] = [
    ((proposed(),), {}, errors.QuoteMissing),
    ((proposed(), quoted()), {}, errors.ConsentMissing),
    (RE_QUOTED, {}, errors.ConsentStale),
    ((proposed(), quoted(), SIGNED, TAKEN_BACK), {}, errors.ConsentWithdrawn),
    ((proposed(), quoted(), SIGNED, ACCEPTED), {}, errors.PlanAlreadyAccepted),
    ((proposed(), quoted(), SIGNED, ENDED), {}, errors.PlanClosed),
    ((), {}, errors.PlanNotFound),
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
    facts = changed(ACCEPTANCE, changes)
    with pytest.raises(refusal):
        after(*history).when(ACCEPT, facts)


def test_an_old_quote_is_not_accepted() -> None:
    late = replace(ACCEPT, at=quoted().valid_until)
    with pytest.raises(errors.QuoteExpired):
        after(proposed(), quoted(), SIGNED).when(late, ACCEPTANCE)


def test_a_new_quote_makes_the_signature_stale_until_it_is_given_again() -> None:
    resign = after(*RE_QUOTED).when(replace(SIGN, consent_id="consent-2"), SIGNING)
    assert resign == [replace(SIGNED, consent_id="consent-2", plan_version=4)]
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
    ((proposed(), ENDED), PlanState.WITHDRAWN),
]


@pytest.mark.parametrize(("history", "state"), STEPS)
def test_where_a_plan_stands(history: tuple[Event, ...], state: PlanState) -> None:
    plan = Spec(DECIDER).given(*history).state
    assert plan is not None
    assert (plan.state, plan.version) == (state, len(history))
    assert (plan.consultation_id, plan.plan_id) == (CONSULTATION, PLAN)
