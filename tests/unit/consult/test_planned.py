"""A record that knows of its plan says that what is told concerns the plan; none is missed."""

from dataclasses import replace

from services.chassis.handling import Owed
from services.consult.domain.patient.clinical import Answer, History
from services.consult.domain.patient.commands import RecordHistory
from services.consult.domain.patient.model import Patient
from services.consult.domain.plan.model import Plan
from services.consult.handlers.patient import PATIENT as PATIENTS
from services.consult.handlers.plan import PLAN as PLANS
from tests.unit.consult.houses import House, running
from tests.unit.consult.samples import HISTORY, PATIENT, PLAN, VOCABULARY, proposed


def tell(house: House, history: History) -> None:
    house.ask(PATIENTS, PATIENT, RecordHistory(PATIENT, history, VOCABULARY, house.at))
    house.hear()


def is_flagged(house: House) -> bool:
    plan: Plan = house.kept[PLANS.name, PLAN]
    return bool(plan.flag_codes)


def test_what_was_told_before_the_record_knew_of_its_plan_is_found_when_it_does() -> None:
    house = running()
    patient: Patient = house.kept[PATIENTS.name, PATIENT]
    house.kept[PATIENTS.name, PATIENT] = replace(patient, planned=False)
    tell(house, replace(HISTORY, pregnant=Answer.YES))
    assert not is_flagged(house)
    house.publish(Owed(PLANS, PLAN, None), replace(proposed(), plan_id=PLAN, patient_id=PATIENT))
    house.hear()
    assert is_flagged(house)
    tell(house, HISTORY)
    assert not is_flagged(house), "by now the record says so itself"
