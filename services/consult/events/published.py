"""The public contract: every event class and the message of its name."""

from mesoflow.consult.v1 import events_pb2
from services.chassis.messages import contract
from services.consult.domain import following, sharing
from services.consult.domain.chain import events as chain
from services.consult.domain.clinic import events as clinic
from services.consult.domain.consultation import events as consultation
from services.consult.domain.formulary import events as formulary
from services.consult.domain.patient import events as patient
from services.consult.domain.plan import events as plan
from services.consult.domain.practitioner import events as practitioner
from services.consult.domain.response import events as response

CONTRACT = contract(
    events_pb2,
    chain,
    clinic,
    practitioner,
    patient,
    consultation,
    plan,
    formulary,
    response,
    following,
    sharing,
)
