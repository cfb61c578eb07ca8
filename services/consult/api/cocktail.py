"""CocktailService: cocktails, proposed and checked; nothing is changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from mesoflow.consult.v1 import model_pb2, service_pb2_grpc
from mesoflow.consult.v1 import service_pb2 as pb
from services.chassis.grpc.api import Api
from services.chassis.grpc.scope import Context
from services.chassis.grpc.server import Servicer
from services.chassis.mapping import from_message, to_message
from services.consult.api.signed import changes_of
from services.consult.domain.clinic.errors import ClinicNotFound
from services.consult.domain.clinic.model import Clinic
from services.consult.domain.cocktail.checks import Check, Ground, checks
from services.consult.domain.cocktail.propose import (
    CocktailProposal,
    IngredientReason,
    propose,
    withheld,
)
from services.consult.domain.cocktail.suitability import final_rule, suitability_checks
from services.consult.domain.consultation.errors import ConsultationNotFound
from services.consult.domain.consultation.model import Consultation
from services.consult.domain.patient.errors import PatientNotFound
from services.consult.domain.patient.model import Patient
from services.consult.domain.plan.model import Cocktail, Goal, TopicalAnaesthetic
from services.consult.handlers.consultation import CONSULTATION
from services.consult.handlers.directory import CLINIC
from services.consult.handlers.ground import ground_on
from services.consult.handlers.patient import PATIENT

PASSED = "PASSED"
Proposed = tuple[tuple[CocktailProposal, ...], tuple[IngredientReason, ...]]


@dataclass(frozen=True, slots=True)
class Wish:
    """What a cocktail is wanted for."""

    goals: tuple[Goal, ...]


@dataclass(frozen=True, slots=True)
class Held:
    """Whom a cocktail is for, and what it is held against."""

    patient: Patient
    consultation: Consultation
    ground: Ground


@dataclass(frozen=True, slots=True)
class Cocktails(service_pb2_grpc.CocktailServiceServicer):
    """Implements CocktailService."""

    api: Api

    async def ProposeCocktail(
        self, request: pb.ProposeCocktailRequest, context: Context
    ) -> pb.ProposeCocktailResponse:
        held = await self._held(request)
        proposals, left_out = proposed(from_message(request, Wish).goals, held)
        return pb.ProposeCocktailResponse(
            proposals=[to_message(each, model_pb2.CocktailProposal) for each in proposals],
            left_out=[to_message(each, model_pb2.IngredientReason) for each in left_out],
        )

    async def ValidateCocktail(
        self, request: pb.ValidateCocktailRequest, context: Context
    ) -> pb.ValidateCocktailResponse:
        held = await self._held(request)
        made = made_checks(request, held, self.api.clock.now())
        return pb.ValidateCocktailResponse(
            passed=not any(check.verdict for check in made),
            checks=[shown(check) for check in made],
            formulary_version=held.ground.formulary.version,
        )

    async def _held(self, request: pb.ProposeCocktailRequest | pb.ValidateCocktailRequest) -> Held:
        api = self.api
        consultation: Consultation = (
            await api.get(CONSULTATION, request.consultation_id, ConsultationNotFound)
        ).state
        clinic: Clinic = (await api.get(CLINIC, request.clinic_id, ClinicNotFound)).state
        patient: Patient = (await api.get(PATIENT, consultation.patient_id, PatientNotFound)).state
        changes, day = await changes_of(api), api.clock.now().date()
        return Held(patient, consultation, ground_on(changes, patient, consultation, clinic, day))


def proposed(goals: Sequence[Goal], held: Held) -> Proposed:
    """Return what is proposed; nothing to a patient whom no review could let through."""
    rule_id = final_rule(held.consultation)
    if rule_id is not None:
        return (), withheld(goals, held.ground, rule_id)
    return propose(goals, held.ground)


def made_checks(request: pb.ValidateCocktailRequest, held: Held, at: datetime) -> Sequence[Check]:
    """Return the checks of the patient, then those of the cocktail."""
    cocktail = from_message(request.cocktail, Cocktail)
    return (
        *suitability_checks(held.patient, held.consultation, at),
        *checks(cocktail, topical(request), held.ground),
    )


def topical(request: pb.ValidateCocktailRequest) -> TopicalAnaesthetic | None:
    """Return the numbing cream of a request; None without one."""
    if not request.HasField("topical_anaesthetic"):
        return None
    return from_message(request.topical_anaesthetic, TopicalAnaesthetic)


def shown(check: Check) -> model_pb2.CocktailCheck:
    """Return a check as the caller sees it."""
    return model_pb2.CocktailCheck(
        verdict_code=check.verdict().reason if check.verdict else PASSED,
        rule_code=check.rule_code,
        subject_code=check.subject_code,
        arithmetic=check.arithmetic,
        source_codes=check.source_codes,
    )


def servicer(api: Api) -> Servicer:
    """Return CocktailService, ready to join a server."""
    return Servicer(
        "mesoflow.consult.v1.CocktailService",
        lambda server: service_pb2_grpc.add_CocktailServiceServicer_to_server(
            Cocktails(api), server
        ),
    )
