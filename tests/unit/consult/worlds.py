"""A world that changes around a plan: rows, patients, assessments."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from services.consult.domain.clinic.model import Clinic
from services.consult.domain.cocktail.checks import Check, Ground, checks
from services.consult.domain.consultation.model import (
    Consultation,
    FiredRule,
    ReviewDecision,
    ReviewReason,
    Suitability,
    SuitabilityReview,
)
from services.consult.domain.patient.model import AgeBand, PatientState, VitalStatus
from services.consult.domain.plan.commands import AttachQuote
from services.consult.domain.plan.facts import RecheckFacts, Surroundings
from services.consult.domain.plan.model import Plan, PlanState
from services.consult.domain.plan.standing import stands
from services.consult.domain.practitioner.model import Practitioner
from services.consult.reference.loader import reference
from tests.unit.consult.cocktails import FORMULARY, SIGNED, amended
from tests.unit.consult.plans import OTHER_CLINIC, OTHER_DOCTOR, attach
from tests.unit.consult.samples import (
    CLINIC,
    DOCTOR,
    NOW,
    assessment,
    clinic,
    cocktail,
    consultation,
    doctor,
    ground,
    patient,
    quoted,
)

# What a chain could sign meanwhile, and what could become of the patient.
CHANGES: tuple[dict[str, Any], ...] = (
    {"limit": 1_000},
    {"limit": 4_000},
    {"limit": 5_000},
    {"law": "US"},
    {"law": "FR"},
    {"excluded": {"dutasteride": "5-ARI"}},
    {"excluded": {}},
    {"suitability": Suitability.BLOCKED, "approved": True},
    {"suitability": Suitability.DEFERRED},
    {"suitability": Suitability.PHYSICIAN_REVIEW},
    {"suitability": Suitability.PHYSICIAN_REVIEW, "approved": True},
    {"expired": True},
    {"state": PatientState.MERGED},
    {"state": PatientState.RESTRICTED},
    {"state": PatientState.ERASED},
    {"vital_status": VitalStatus.DECEASED},
    {"age_band": AgeBand.MINOR},
    {"age_band": AgeBand.UNKNOWN},
    {"since": (FiredRule("PREGNANT", "1", Suitability.BLOCKED, "", "", ()),)},
    {"since": (FiredRule("HEART", "1", Suitability.PHYSICIAN_REVIEW, "", "", ()),)},
    {"since": (FiredRule("5-ARI", "1", Suitability.SUITABLE, "", "", ()),)},
    {"unassessed": True},
)
COCKTAILS = (
    cocktail(),
    cocktail(("minoxidil", 4_500)),
    cocktail(("minoxidil", 900), ("dutasteride", 100)),
    cocktail(("copper", 1), ("cysteine", 1)),
)
PLACES = {DOCTOR: CLINIC, OTHER_DOCTOR: OTHER_CLINIC}
SCHEDULES, COOLING_OFFS = reference().schedules, reference().cooling_offs


@dataclass
class World:
    """Everything around a plan that somebody else may change."""

    at: datetime = NOW
    limit: int = 5_000
    excluded: Mapping[str, str] = field(default_factory=dict)
    suitability: Suitability = Suitability.SUITABLE
    approved: bool = False
    expired: bool = False
    state: PatientState = PatientState.ACTIVE
    law: str = "GB"
    vital_status: VitalStatus = VitalStatus.ALIVE
    age_band: AgeBand = AgeBand.ADULT
    since: tuple[FiredRule, ...] = ()
    unassessed: bool = False

    def held(self) -> Ground:
        """Return what a cocktail is held against by now."""
        most = replace(SIGNED, max_dose_micrograms=self.limit)
        rows = amended(FORMULARY, "minoxidil", limits=(most,))
        return ground(formulary=rows, jurisdiction_code=self.law, excluded=self.excluded)

    def examined(self) -> Consultation:
        """Return the consultation as it stands by now."""
        until = self.at if self.expired else self.at + timedelta(days=5)
        found = consultation(assessment(suitability=self.suitability, expires_at=until))
        if self.unassessed:
            return replace(found, assessment=None, assessed_at=None)
        if not self.approved:
            return found
        decided = SuitabilityReview(
            practitioner_id=DOCTOR,
            decision=ReviewDecision.APPROVED,
            reason=ReviewReason.CONDITION_CONTROLLED,
            note=None,
            rules_version="1",
            reviewed_at=self.at,
        )
        return replace(found, review=decided)

    def around(self, where: str) -> Surroundings:
        """Return what a plan at a clinic stands in."""
        here: Clinic = replace(clinic(self.law), clinic_id=where)
        heard_at = self.at if self.since else NOW - timedelta(days=3)
        who = patient(
            state=self.state,
            vital_status=self.vital_status,
            age_band=self.age_band,
            history_recorded_at=heard_at,
        )
        return Surroundings(who, self.examined(), here, self.held())

    def known(self, where: str) -> RecheckFacts:
        """Return what a plan at a clinic is held against when something became known."""
        return RecheckFacts(self.around(where), self.since)

    def sayable(self) -> bool:
        """Tell whether the patient's own record says anything of a plan by now."""
        return self.state is not PatientState.MERGED

    def forbids(self) -> bool:
        """Tell whether what is known of the patient by now forbids to go on."""
        return (
            not self.allowed()
            or self.unassessed
            or any(rule.effect is not Suitability.SUITABLE for rule in self.since)
            or self.state is not PatientState.ACTIVE
            or self.vital_status is VitalStatus.DECEASED
            or self.age_band is not AgeBand.ADULT
        )

    def allowed(self) -> bool:
        """Tell whether the assessment, as it was made, allows treatment."""
        reviewed = self.suitability is Suitability.PHYSICIAN_REVIEW and self.approved
        return self.suitability is Suitability.SUITABLE or reviewed

    def treatable(self) -> bool:
        """Tell whether anybody may be treated by now: anew, on an assessment that still holds."""
        return not self.forbids() and not self.expired and not self.since


def physician(practitioner_id: str) -> Practitioner:
    """Return a physician who works at one of the two clinics."""
    until = (NOW + timedelta(days=3_000)).date()
    where = (PLACES[practitioner_id],)
    return replace(doctor(until=until), practitioner_id=practitioner_id, clinic_ids=where)


def working_at(where: str) -> str:
    """Return the physician of a clinic."""
    return next(who for who, place in PLACES.items() if place == where)


def offer(quote_id: str, amends_quote_id: str | None, at: datetime) -> AttachQuote:
    """Return what billing's quote asks of its plan, good for a fortnight."""
    found = attach(quoted(quote_id), amends_quote_id)
    return replace(found, valid_until=at + timedelta(days=14), at=at)


def failing(plan: Plan, world: World) -> list[Check]:
    """Return the checks that a plan's cocktail fails by now."""
    made = checks(plan.cocktail, plan.topical_anaesthetic, world.held())
    return [each for each in made if each.verdict is not None]


def hold_consent(plan: Plan) -> None:
    """Hold that no consent outlives its terms, and that nothing goes on without one."""
    consent = plan.consent
    if consent is not None and stands(consent):
        assert consent.plan_version == plan.terms_version, "a consent outlives its terms"
    if plan.state is PlanState.ACCEPTED:
        assert plan.quote is not None
        assert consent is not None
        assert consent.withdrawn_at is None
    if plan.state is PlanState.CONSENTED:
        assert consent is not None
        assert stands(consent)
