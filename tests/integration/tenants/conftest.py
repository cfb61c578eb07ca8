"""What one chain asked of every rpc, and what it was answered; recorded once for the module."""

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from google.protobuf.descriptor import MethodDescriptor
from google.protobuf.message import Message

from deploy.demo.client import CHAIN_ADMIN
from deploy.demo.course import account_of
from deploy.demo.soundness import differences_in
from deploy.local.stack import Stack, fresh_stack
from mesoflow.clinical.v1.hold_pb2 import HoldKind, HoldSubject
from tests.integration.tenants.further import ask_further
from tests.integration.tenants.recording import (
    RecordingClient,
    belonging_to,
    ids_in,
    methods,
    nested,
    own_id,
    request_type,
    serving,
)
from tests.integration.tenants.voices import Voice, afresh
from tests.support.calls import Refusal, new_id
from tests.support.chains import TREATED, founded, step_named, steps_before, take

# What no journey asks: each rpc with the fields that it needs, in the order they are asked.
UNASKED: Mapping[str, tuple[str, ...]] = {
    "GetChain": (),
    "GetClinic": ("clinic_id",),
    "ListClinics": (),
    "GetPractitioner": ("practitioner_id",),
    "ListPractitioners": ("clinic_id",),
    "GetPatient": ("patient_id",),
    "GetPatientIdentity": ("patient_id",),
    "ListPatients": ("clinic_id",),
    "GetConsultation": ("consultation_id",),
    "ListConsultations": ("patient_id",),
    "GetIngredient": ("ingredient_code",),
    "ListIngredients": (),
    "GetProtocol": ("protocol_code",),
    "ListProtocols": (),
    "ListDiagnosisScales": (),
    "ListLabs": (),
    "ListSupplementaryTherapies": ("language",),
    "ListCoolingOffLaws": (),
    "ListTopicalProducts": (),
    "ListPairs": (),
    "ListCodings": (),
    "ListResponseRules": (),
    "ListCitedTrials": (),
    "ListThresholds": (),
    "ListConsentSentences": ("language",),
    "ListSources": (),
    "GetPlan": ("plan_id",),
    "ListPlans": ("patient_id",),
    "GetLot": ("lot_id",),
    "ListLots": ("clinic_id",),
    "GetCourse": ("course_id",),
    "ListCourses": ("plan_id",),
    "GetSession": ("session_id",),
    "ListSessions": ("course_id",),
    "ListOutcomes": ("patient_id",),
    "GetOutcome": ("outcome_id",),
    "GetReaction": ("reaction_id",),
    "ListReactions": ("patient_id",),
    "GetPriceList": ("price_list_id",),
    "ListPriceLists": (),
    "ListQuotes": ("plan_id",),
    "GetQuote": ("quote_id",),
    "GetAccount": ("plan_id",),
    "ListAccounts": ("patient_id",),
    "ListPostings": ("account_id",),
    "ListInvoices": ("plan_id",),
    "GetInvoice": ("invoice_id",),
    "ListPayments": ("account_id",),
    "GetPayment": ("payment_id",),
    "GetCase": ("case_id",),
    "ListCases": ("patient_id",),
    "GetHold": ("hold_id",),
    "ListHolds": ("case_id",),
    "ListExposures": ("lot_id",),
    "CheckClearance": ("subjects",),
    "GetStatus": (),
    "ListParked": (),
    "VerifyJournal": (),
    "GetClock": (),
    "ReplayParked": ("parked_id",),
    "AbortSession": ("session_id", "reason"),
    "WithdrawConsent": ("plan_id",),
    "WithdrawPlan": ("plan_id", "reason"),
}
# Nothing is parked, so even its own chain is refused.
REFUSED_ANYWAY = {"ReplayParked"}


@dataclass(frozen=True)
class Asked:
    """One call that the chain made and what it was answered."""

    service: str
    method: MethodDescriptor
    request: Message
    reply: Message

    @property
    def label(self) -> str:
        return f"{self.service} {self.method.full_name}"


@dataclass
class Recorded:
    """Everything about the chain that others must not see, at rest."""

    stack: Stack
    voice: Voice
    other_clinic: str
    stranger: Voice
    clinic: str
    asked: list[Asked] = field(default_factory=list)
    clinics_own: set[str] = field(default_factory=set)
    # The plan that was moved to the other clinic, its patient and its consultation.
    moved: set[str] = field(default_factory=set)

    @property
    def neighbour(self) -> Voice:
        """Someone of the same chain whose token reaches another clinic only."""
        return replace(self.voice, clinics=(self.other_clinic,))

    @property
    def outsider(self) -> Voice:
        """Someone of the same chain whose token reaches a clinic where nothing is."""
        return replace(self.voice, clinics=(new_id(),))

    @property
    def ids(self) -> set[str]:
        return ids_in(*(each.reply for each in self.asked))


@pytest.fixture(scope="module")
def recorded() -> Iterator[Recorded]:
    with fresh_stack() as stack:
        stack.start()
        yield asyncio.run(record(stack))


async def record(stack: Stack) -> Recorded:
    """Treat patients in one chain, found another, and ask for what no journey asks."""
    async with founded(stack, RecordingClient) as chain, founded(stack) as other:
        client = chain.client
        assert isinstance(client, RecordingClient)
        first, second = chain.patient(TREATED), chain.patient(TREATED)
        await take(second, [*steps_before("plan accepted"), step_named("plan accepted")])
        await take(first)
        opening = chain.answers.clinic
        opening.clinic_code = "OTHER"
        clinic = await client.call(client.consult.directory.OpenClinic, opening, CHAIN_ADMIN)
        assert await differences_in(client) == []
        moved = await ask_further(chain, clinic.clinic_id, first.plan_id)
        assert await differences_in(client) == []
        found = Recorded(
            stack,
            Voice(stack, client.chain_id, chain.setting.practitioner_id),
            clinic.clinic_id,
            Voice(stack, other.client.chain_id, other.setting.practitioner_id),
            chain.setting.clinic_id,
        )
        for method in methods():
            kept = client.records.get(method.input_type.full_name, [])
            found.asked += [
                Asked(service, method, *pair) for pair in kept for service in serving(method)
            ]
        known = known_of(found)
        known |= {name: getattr(first, name) for name in JOURNEYS_IDS}
        known |= {"clinic_id": chain.setting.clinic_id, "session_id": first.session_ids[-1]}
        known["account_id"] = (await account_of(first)).account.account_id
        for name in UNASKED:
            known |= {"plan_id": second.plan_id} if name == "WithdrawPlan" else {}
            found.asked += await asked_for(found, name, known)
            known |= known_of(found, *UNASKED_IDS)
        assert await differences_in(client) == []
        found.clinics_own = belonging_to(
            chain.setting.clinic_id, *(each.reply for each in found.asked)
        )
        # Those of the other clinic may see it now.
        return replace(found, moved=moved, clinics_own=found.clinics_own - moved)


JOURNEYS_IDS = (
    "patient_id",
    "consultation_id",
    "plan_id",
    "course_id",
    "lot_id",
    "reaction_id",
    "case_id",
    "hold_id",
)
UNASKED_IDS = ("outcome_id", "quote_id", "payment_id", "price_list_id")


def known_of(found: Recorded, *names: str) -> dict[str, Any]:
    """Return a value for each field of a request, out of what was answered."""
    known: dict[str, Any] = {
        "ingredient_code": "minoxidil",
        "protocol_code": "DUT-INTENSIVE-7",
        "language": "en",
        "reason": 1,
        "parked_id": new_id(),
    }
    for each in found.asked:
        for message in (part for part in nested(each.reply)):
            for one, value in message.ListFields():
                if one.name.endswith("_id") and isinstance(value, str):
                    known[one.name] = value
            if message.DESCRIPTOR.name == "OutcomeRecord" or own_id(message) == "outcome_id":
                known["outcome_id"] = getattr(message, "outcome_id", known.get("outcome_id"))
    if "lot_id" in known:
        lot = HoldSubject(kind=HoldKind.HOLD_KIND_LOT, subject_id=known["lot_id"])
        known["subjects"] = [lot]
    return {name: known[name] for name in names if name in known} if names else known


async def asked_for(found: Recorded, name: str, known: Mapping[str, Any]) -> list[Asked]:
    """Ask one rpc with the fields it needs, of each service that serves it."""
    asked = []
    for method in (each for each in methods() if each.name == name):
        request = afresh(request_type(method)(**{one: known[one] for one in UNASKED[name]}))
        for service in serving(method):
            reply = await found.voice.ask(service, method, request)
            if isinstance(reply, Refusal):
                assert name in REFUSED_ANYWAY, f"{name}: {reply}"
                reply = type(request)()
            asked.append(Asked(service, method, request, reply))
    return asked
