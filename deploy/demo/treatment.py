"""One patient on the way through a treatment: what is known so far, and how it ended."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from google.type.money_pb2 import Money

from deploy.demo.answers import Scripted
from deploy.demo.client import Client
from deploy.demo.records import PatientRecord
from deploy.demo.refusals import Refused
from deploy.demo.setting import Setting
from mesoflow.clinical.v1.suitability_pb2 import Assessment
from mesoflow.consult.v1.model_pb2 import CocktailCheck


@dataclass(slots=True, kw_only=True)
class Treatment:
    """What a journey knows; each step reads what earlier ones wrote and adds its own."""

    client: Client
    setting: Setting
    record: PatientRecord
    scripted: Scripted
    # Names of the steps that are done.
    done: list[str] = field(default_factory=list)
    # The step that was refused, and how.
    refused: tuple[str, Refused] | None = None
    # Why the journey could not go on, where that is no refusal.
    failed: str = ""
    patient_id: str = ""
    consultation_id: str = ""
    assessment: Assessment | None = None
    # What the checks of the cocktail said, passed or not.
    checks: list[CocktailCheck] = field(default_factory=list)
    plan_id: str = ""
    consent_digest: bytes = b""
    deposit: Money | None = None
    invoice_id: str = ""
    course_id: str = ""
    lot_id: str = ""
    # In the order they were booked.
    session_ids: list[str] = field(default_factory=list)
    reaction_id: str = ""
    case_id: str = ""
    hold_id: str = ""
    # How the second session's start was refused while the hold was active.
    held: Refused | None = None

    @property
    def reference(self) -> str:
        return self.record.reference


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a journey, by the name it is shown under; not everybody takes each."""

    name: str
    act: Callable[[Treatment], Awaitable[None]]
    asked: Callable[[Treatment], bool] = lambda _: True


async def journey(treatment: Treatment, steps: Sequence[Step]) -> AsyncIterator[str]:
    """Take the steps one by one, and yield the name of each when it is done.

    A refusal ends the journey and is no error: it stands in `treatment.refused`. Between two steps
    the caller may do what it likes to the services; calls are repeated until they are back.
    """
    for step in steps:
        if not step.asked(treatment):
            continue
        try:
            await step.act(treatment)
        except Refused as refusal:
            treatment.refused = (step.name, refusal)
            return
        treatment.done.append(step.name)
        yield step.name
