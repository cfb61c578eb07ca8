"""A plan that is changed: through every gate, never under a signature, with its history kept."""

from dataclasses import replace
from datetime import timedelta

import pytest

from services.chassis.kernel import DomainError
from services.consult.domain.patient.clinical import BodyWeight
from services.consult.domain.plan import errors
from services.consult.domain.plan.commands import AmendPlan
from services.consult.domain.plan.events import Event, PlanAmended
from services.consult.domain.plan.model import (
    Goal,
    PlanState,
    ScheduleDeviationReason,
    TopicalAnaesthetic,
)
from services.consult.domain.practitioner.errors import (
    LicenceLapsed,
    ResponsiblePractitionerRequired,
)
from services.consult.domain.practitioner.model import Profession
from tests.unit.consult.cocktails import limited
from tests.unit.consult.plans import (
    ACCEPT,
    ACCEPTANCE,
    ACCEPTED,
    AMEND,
    AMENDED,
    CONSENTED,
    ENDED,
    FLAGGED,
    MOVED,
    OTHER_CLINIC,
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
    after,
    attach,
    plan_after,
)
from tests.unit.consult.samples import (
    EXCLUDING,
    NOW,
    QUOTE,
    TODAY,
    cocktail,
    consultation,
    doctor,
    ground,
    proposal_facts,
    proposed,
    quoted,
)

FACTS = proposal_facts()
CHANGED = (*CONSENTED, VOIDED, replace(AMENDED, terms_version=5))


def amended(command: AmendPlan, *history: Event) -> PlanAmended:
    """Return the change, which comes last."""
    found = after(*history).when(command, FACTS)[-1]
    assert isinstance(found, PlanAmended)
    return found


def test_a_plan_is_changed() -> None:
    assert after(*QUOTED).when(AMEND, FACTS) == [AMENDED]


def test_a_signature_ends_with_the_terms_it_was_under() -> None:
    assert after(*CONSENTED).when(AMEND, FACTS) == [VOIDED, replace(AMENDED, terms_version=5)]
    assert after(*CONSENTED, TAKEN_BACK).when(AMEND, FACTS) == [replace(AMENDED, terms_version=5)]


def test_what_is_not_named_stays() -> None:
    same = replace(AMEND, cocktail=None)
    found = amended(same, *QUOTED)
    plan = plan_after(*QUOTED)
    assert (found.cocktail, found.goals, found.protocol) == (
        plan.cocktail,
        plan.goals,
        plan.protocol,
    )


def test_everything_may_be_changed() -> None:
    command = replace(
        AMEND,
        goals=(Goal.NOURISHMENT,),
        protocol_code="DUT-QUARTERLY",
        maintenance_protocol_code="MAINT-QUARTERLY",
        maintenance_sessions=4,
        offset_weeks=(0, 13, 26),
        deviation_reason=ScheduleDeviationReason.COST,
        supplementary_therapy_codes=(sorted(FACTS.therapy_codes)[0],),
    )
    found = amended(command, *QUOTED)
    assert found.goals == (Goal.NOURISHMENT,)
    assert [w.ideal_days for w in found.protocol.windows] == [n * 91 for n in range(7)]
    assert (found.induction_sessions, found.maintenance_protocol_code) == (3, "MAINT-QUARTERLY")
    assert (found.sessions_12_months, found.sessions_24_months) == (5, 9)
    assert found.deviation_reason is ScheduleDeviationReason.COST
    assert found.supplementary_therapy_codes == command.supplementary_therapy_codes


SEVENTY = BodyWeight(70_000, TODAY)
CREAM = TopicalAnaesthetic("emla", 10)
THERAPY = sorted(FACTS.therapy_codes)[0]
BESIDES = (
    replace(proposed(), supplementary_therapy_codes=(THERAPY,), topical_anaesthetic=CREAM),
    quoted(),
)


@pytest.mark.parametrize(
    ("command", "therapies", "cream"),
    [
        (AMEND, (THERAPY,), CREAM),
        (replace(AMEND, without_supplementary_therapies=True), (), CREAM),
        (replace(AMEND, without_topical_anaesthetic=True), (THERAPY,), None),
    ],
)
def test_what_goes_beside_the_sessions_stays_until_it_is_taken_off(
    command: AmendPlan, therapies: tuple[str, ...], cream: TopicalAnaesthetic | None
) -> None:
    weighed = ground(formulary=limited("prilocaine"), weight=SEVENTY)
    found = after(*BESIDES).when(command, proposal_facts(ground=weighed))[-1]
    assert isinstance(found, PlanAmended)
    assert (found.supplementary_therapy_codes, found.topical_anaesthetic) == (therapies, cream)


REFUSED: list[tuple[tuple[Event, ...], AmendPlan, dict[str, object], type[DomainError]]] = [
    ((), AMEND, {}, errors.PlanNotFound),
    ((*QUOTED, ENDED), AMEND, {}, errors.PlanClosed),
    # The quote that is on its way is of the terms as they are.
    ((proposed(),), AMEND, {}, errors.QuoteMissing),
    (CHANGED, AMEND, {}, errors.QuoteMissing),
    (QUOTED, AMEND, {"practitioner": doctor(Profession.NURSE)}, errors.ProfessionNotAllowed),
    (
        QUOTED,
        AMEND,
        {"practitioner": doctor(until=TODAY - timedelta(days=1))},
        LicenceLapsed,
    ),
    (
        QUOTED,
        AMEND,
        {"practitioner": replace(doctor(), clinic_ids=(OTHER_CLINIC,))},
        ResponsiblePractitionerRequired,
    ),
    (
        QUOTED,
        replace(AMEND, cocktail=None),
        {"consultation": consultation(EXCLUDING)},
        errors.IngredientBlocked,
    ),
    (
        QUOTED,
        replace(AMEND, cocktail=cocktail(("minoxidil", 5_001))),
        {},
        errors.DoseExceeded,
    ),
    (QUOTED, replace(AMEND, protocol_code="DAILY"), {}, errors.ProtocolNotFound),
    (QUOTED, replace(AMEND, offset_weeks=(0, 2)), {}, errors.ScheduleInvalid),
    (QUOTED, replace(AMEND, maintenance_sessions=2), {}, errors.ScheduleInvalid),
    (
        QUOTED,
        replace(AMEND, supplementary_therapy_codes=("snake_oil",)),
        {},
        errors.TherapyUnknown,
    ),
    (
        QUOTED,
        replace(AMEND, topical_anaesthetic=TopicalAnaesthetic("snake_oil", 1)),
        {},
        errors.IngredientNotFound,
    ),
]


@pytest.mark.parametrize(("history", "command", "changes", "refusal"), REFUSED)
def test_a_change_that_is_refused(
    history: tuple[Event, ...],
    command: AmendPlan,
    changes: dict[str, object],
    refusal: type[DomainError],
) -> None:
    with pytest.raises(refusal):
        after(*history).when(command, proposal_facts(**changes))


def test_history_keeps_what_was_said_and_at_what_price() -> None:
    before, plan = plan_after(*CONSENTED), plan_after(*CHANGED)
    [kept] = plan.earlier_terms
    assert (kept.terms_version, kept.cocktail, kept.protocol) == (
        before.terms_version,
        before.cocktail,
        before.protocol,
    )
    assert (kept.quote, kept.consent_id, kept.replaced_at) == (before.quote, "consent-1", NOW)
    assert (plan.state, plan.quote, plan.terms_version) == (PlanState.PROPOSED, None, 5)
    assert plan.consent is not None
    assert plan.consent.voided_at == NOW


def test_only_the_quote_on_the_old_price_basis_is_taken() -> None:
    late, anew = quoted("late"), quoted(OTHER_QUOTE)
    assert after(*CHANGED).when(attach(late), None) == []
    assert after(*CHANGED).when(attach(anew, amends_quote_id=QUOTE), None) == [anew]


def test_the_old_signature_does_not_carry_a_changed_plan() -> None:
    priced = (*CHANGED, quoted(OTHER_QUOTE))
    with pytest.raises(errors.ConsentStale):
        after(*priced).when(ACCEPT, ACCEPTANCE)
    again = after(*priced).when(replace(SIGN, consent_id="consent-2"), SIGNING)
    assert again == [replace(SIGNED, consent_id="consent-2", plan_version=6)]


def test_an_accepted_plan_is_changed_signed_and_accepted_again() -> None:
    changed = after(*RUNNING).when(AMEND, FACTS)
    assert [type(event).__name__ for event in changed] == ["ConsentVoided", "PlanAmended"]
    history = (*RUNNING, *changed, quoted(OTHER_QUOTE))
    signed = after(*history).when(replace(SIGN, consent_id="consent-2"), SIGNING)
    [accepted] = after(*history, *signed).when(ACCEPT, ACCEPTANCE)
    assert accepted == replace(
        ACCEPTED,
        cocktail=AMENDED.cocktail,
        quote_id=OTHER_QUOTE,
        consent_id="consent-2",
        terms_version=7,
        first_time=False,
    )


def test_consent_is_taken_back_even_where_it_is_void() -> None:
    assert after(*CHANGED).when(TAKE_BACK, None) == [TAKEN_BACK]
    assert plan_after(*CHANGED, TAKEN_BACK).state is PlanState.CONSENT_WITHDRAWN


def test_a_change_answers_for_the_plan_and_ends_its_flag() -> None:
    other = replace(doctor(), practitioner_id=OTHER_DOCTOR)
    by_other = replace(AMEND, practitioner_id=OTHER_DOCTOR)
    found = after(*RUNNING, FLAGGED).when(by_other, replace(FACTS, practitioner=other))
    plan = plan_after(*RUNNING, FLAGGED, *found)
    assert (plan.practitioner_id, plan.flag_codes, plan.responsible_signed) == (
        OTHER_DOCTOR,
        (),
        False,
    )


def test_a_change_at_the_new_clinic_is_in_its_law() -> None:
    there = replace(doctor(), clinic_ids=(OTHER_CLINIC,))
    found = after(*RUNNING, MOVED).when(AMEND, replace(FACTS, practitioner=there))
    plan = plan_after(*RUNNING, MOVED, *found)
    assert (plan.clinic_id, plan.moved) == (OTHER_CLINIC, False)
