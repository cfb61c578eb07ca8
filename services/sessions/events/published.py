"""The public contract: every event class and the message of its name."""

from mesoflow.sessions.v1 import events_pb2
from services.chassis.messages import contract
from services.sessions.domain import sharing
from services.sessions.domain.course import events as course
from services.sessions.domain.gate import events as gate
from services.sessions.domain.lot import events as lot
from services.sessions.domain.outcome import events as outcome
from services.sessions.domain.person import events as person
from services.sessions.domain.reaction import events as reaction
from services.sessions.domain.session import events as session

CONTRACT = contract(events_pb2, lot, course, session, outcome, reaction, gate, person, sharing)
