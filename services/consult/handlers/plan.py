"""The plan as an aggregate, and the text that a patient signs for it."""

import asyncio
from dataclasses import replace
from datetime import date, datetime

from services.chassis.handling import Reader
from services.consult.domain.formulary.model import Changes
from services.consult.domain.formulary.rows import signed_over
from services.consult.domain.plan.commands import (
    AcceptPlan,
    AmendPlan,
    ImportPlan,
    MovePlan,
    ProposePlan,
    RecheckPlan,
    SignConsent,
    SignResponsibility,
)
from services.consult.domain.plan.consent_complete import gaps, refuse_incomplete
from services.consult.domain.plan.consent_parts import Assembly, Material, terms_day, words_day
from services.consult.domain.plan.consent_text import digest_of
from services.consult.domain.plan.errors import LanguageNotAvailable, PlanAlreadyImported
from services.consult.domain.plan.facts import (
    AcceptanceFacts,
    ProposalFacts,
    RecheckFacts,
    ResponsibilityFacts,
    SigningFacts,
    Surroundings,
)
from services.consult.domain.plan.model import Plan, PlanState
from services.consult.handlers.consultation import CONSULTATION
from services.consult.handlers.directory import CLINIC, PRACTITIONER, time_zone_of
from services.consult.handlers.documents import PLANS, Plans
from services.consult.handlers.formulary import changes_of
from services.consult.handlers.ground import fired_since, ground_on
from services.consult.handlers.patient import PATIENT
from services.consult.reference.loader import formulary_on, reference


def consent_text(plan: Plan, changes: Changes | None, language: str, today: date) -> str:
    """Return the text of `plan` as it is, or refuse one that lacks something or its language."""
    material = material_of(plan, changes, language, today)
    if material is None:
        raise LanguageNotAvailable(language=language)
    text = Assembly(plan, material).text()
    refuse_incomplete(plan, material)
    return text


def material_of(plan: Plan, changes: Changes | None, language: str, today: date) -> Material | None:
    """Return what the text of `plan` is made of; None where there is none in the language."""
    held = reference()
    texts = held.texts(language, words_day(plan, today))
    if texts is None:
        return None
    day = terms_day(plan)
    return Material(texts, signed_over(formulary_on(day), changes, day), held.therapies.on(day))


def signing_text(plan: Plan, changes: Changes | None, language: str, today: date) -> SigningFacts:
    """Return the text as it is to be signed, by nobody yet; without a digest there is none."""
    material = material_of(plan, changes, language, today)
    readable = plan.quote is not None and plan.state is not PlanState.WITHDRAWN
    if material is None or not readable:
        return SigningFacts(None, None)
    digest = digest_of(Assembly(plan, material).text())
    return SigningFacts(None, digest, gaps(plan, material))


async def around(
    reader: Reader, patient_id: str, consultation_id: str, clinic_id: str, at: datetime
) -> Surroundings:
    """Look up whom and where a plan is for, and what its cocktail is held against."""
    # Asked together, answered in one statement.
    asked = (
        reader.get(PATIENT, patient_id),
        reader.get(CONSULTATION, consultation_id),
        reader.get(CLINIC, clinic_id),
        changes_of(reader),
    )
    patient, consultation, clinic, changes = await asyncio.gather(*asked)
    if patient is None or consultation is None or clinic is None:
        return Surroundings(patient, consultation, clinic, None)
    held = ground_on(changes, patient, consultation, clinic, at.date())
    return Surroundings(patient, consultation, clinic, held)


async def around_plan(reader: Reader, plan: Plan, at: datetime) -> Surroundings:
    """Look the same up for a plan where it is carried out."""
    return await around(reader, plan.patient_id, plan.consultation_id, plan.clinic_id, at)


async def proposal(
    reader: Reader, surroundings: Surroundings, practitioner_id: str, day: date
) -> ProposalFacts:
    """Look up who answers for a plan, and what may be planned on `day`."""
    practitioner = await reader.get(PRACTITIONER, practitioner_id)
    therapies = reference().therapies.on(day).therapies
    return ProposalFacts(
        around=surroundings,
        practitioner=practitioner,
        schedules=reference().schedules.on(day),
        therapy_codes=frozenset(row.therapy_code for row in therapies),
    )


async def gather_proposal(
    command: ProposePlan | ImportPlan, state: Plan | None, reader: Reader
) -> ProposalFacts:
    """Look up whom the plan is for, who proposes it where, and the reference data."""
    surroundings = await around(
        reader, command.patient_id, command.consultation_id, command.clinic_id, command.at
    )
    return await proposal(reader, surroundings, command.practitioner_id, command.at.date())


async def gather_amendment(
    command: AmendPlan, state: Plan | None, reader: Reader
) -> ProposalFacts | None:
    """Look the same up for a plan as it stands."""
    if state is None:
        return None
    surroundings = await around_plan(reader, state, command.at)
    return await proposal(reader, surroundings, command.practitioner_id, command.at.date())


async def gather_signing(
    command: SignConsent, state: Plan | None, reader: Reader
) -> SigningFacts | None:
    """Look up who takes the signature, and make the text that it has to stand under."""
    if state is None:
        return None
    today = command.at.date()
    text = signing_text(state, await changes_of(reader), command.language, today)
    practitioner = await reader.get(PRACTITIONER, command.practitioner_id)
    time_zone = await time_zone_of(reader, state.clinic_id)
    return replace(text, practitioner=practitioner, time_zone=time_zone)


async def gather_acceptance(
    command: AcceptPlan, state: Plan | None, reader: Reader
) -> AcceptanceFacts | None:
    """Look up patient, assessment and ground as they are by now."""
    if state is None:
        return None
    law = reference().cooling_offs.on(command.at.date())
    return AcceptanceFacts(await around_plan(reader, state, command.at), law)


async def gather_recheck(
    command: RecheckPlan | MovePlan, state: Plan | None, reader: Reader
) -> RecheckFacts | None:
    """Look up what the plan is held against by now, where it is or is to go."""
    if state is None:
        return None
    where = command.clinic_id if isinstance(command, MovePlan) else state.clinic_id
    found = await around(reader, state.patient_id, state.consultation_id, where, command.at)
    if found.patient is None or found.consultation is None:
        return RecheckFacts(found)
    changes = await changes_of(reader)
    since = fired_since(changes, found.patient, found.consultation, command.at.date())
    return RecheckFacts(found, since)


async def gather_responsible(
    command: SignResponsibility, state: Plan | None, reader: Reader
) -> ResponsibilityFacts:
    """Look up who takes the plan on."""
    practitioner = await reader.get(PRACTITIONER, command.practitioner_id)
    time_zone = await time_zone_of(reader, state.clinic_id) if state else "UTC"
    return ResponsibilityFacts(practitioner, time_zone)


PLAN: Plans = replace(
    PLANS,
    gathers={
        ProposePlan: gather_proposal,
        ImportPlan: gather_proposal,
        AmendPlan: gather_amendment,
        SignConsent: gather_signing,
        AcceptPlan: gather_acceptance,
        MovePlan: gather_recheck,
        SignResponsibility: gather_responsible,
        RecheckPlan: gather_recheck,
    },
    constraints={"imports_pkey": PlanAlreadyImported},
)
