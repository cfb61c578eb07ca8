"""The public contract: every event class and the message of its name."""

from mesoflow.safety.v1 import events_pb2
from services.chassis.messages import contract
from services.safety.domain.case import events as case
from services.safety.domain.exposure import events as exposure
from services.safety.domain.hold import events as hold
from services.safety.domain.person import events as person

CONTRACT = contract(events_pb2, exposure, case, hold, person)
