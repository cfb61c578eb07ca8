"""One patient treated end to end over four processes, through gRPC alone."""

from deploy.demo.client import AUDITOR, BILLING, FRONT_DESK, SAFETY_OFFICER
from deploy.demo.course import account_of
from deploy.local.stack import Stack
from mesoflow.billing.v1.service_pb2 import ListPostingsRequest
from mesoflow.clinical.v1.suitability_pb2 import Suitability
from mesoflow.safety.v1.service_pb2 import GetCaseRequest, ListExposuresRequest
from mesoflow.sessions.v1.service_pb2 import ListCoursesRequest, ListOutcomesRequest
from tests.e2e.once import miscounted
from tests.support.chains import REFUSED, TREATED, WHOLE_JOURNEY, founded, take


async def test_a_patient_is_treated_from_the_directory_to_the_lifted_hold(stack: Stack) -> None:
    async with founded(stack) as chain:
        patient = await take(chain.patient(TREATED))

        assert patient.refused is None
        assert patient.done == [step.name for step in WHOLE_JOURNEY if step.asked(patient)]
        assert patient.held is not None
        assert patient.held.reason == "HOLD_ACTIVE"
        assert [each.subject for each in patient.held.violations] == [patient.lot_id]
        assert await chain.differences(patient) == []
        assert await miscounted(chain) == []

        account = (await account_of(patient)).account
        assert account.credits.posted == 1
        assert account.balances.revenue.units > 0
        request = ListPostingsRequest(account_id=account.account_id)
        ledger = await chain.client.call(
            chain.client.billing.accounts.ListPostings, request, BILLING
        )
        assert sum(posting.amount_minor_units for posting in ledger.postings) == 0


async def test_the_case_is_laid_against_the_exposure(stack: Stack) -> None:
    async with founded(stack) as chain:
        patient = await take(chain.patient(TREATED))
        safety = chain.client.safety

        case = await chain.client.call(
            safety.cases.GetCase, GetCaseRequest(case_id=patient.case_id), SAFETY_OFFICER
        )
        exposures = await chain.client.call(
            safety.exposures.ListExposures,
            ListExposuresRequest(lot_id=patient.lot_id),
            SAFETY_OFFICER,
        )

        assert case.case.reaction_id == patient.reaction_id
        linked = [(each.session_id, list(each.lot_ids)) for each in case.case.exposures]
        assert linked == [(patient.session_ids[0], [patient.lot_id])]
        assert [each.patient_id for each in exposures.exposures] == [patient.patient_id]
        outcomes = await chain.client.call(
            chain.client.sessions.outcomes.ListOutcomes,
            ListOutcomesRequest(plan_id=patient.plan_id),
            AUDITOR,
        )
        assert [each.outcome for each in outcomes.outcomes] == [patient.scripted.outcome]


async def test_a_second_patient_is_refused_for_an_incompatible_pair(stack: Stack) -> None:
    async with founded(stack) as chain:
        patient = await take(chain.patient(REFUSED))

        assert patient.assessment is not None
        assert patient.assessment.suitability == Suitability.SUITABILITY_SUITABLE
        assert patient.refused is not None
        step, refusal = patient.refused
        assert (step, refusal.reason) == ("plan proposed", "PAIR_NOT_COMPATIBLE")
        assert refusal.status.name == "FAILED_PRECONDITION"
        assert [each.subject for each in refusal.violations] == ["ascorbic_acid+copper"]
        assert await chain.differences(patient, empty={"safety"}) == []
        courses = await chain.client.call(
            chain.client.sessions.courses.ListCourses,
            ListCoursesRequest(patient_id=patient.patient_id),
            FRONT_DESK,
        )
        assert not courses.courses
