"""One person with two records, merged over four services; and a person who is erased."""

import pytest

from deploy.demo.client import (
    AUDITOR,
    BILLING,
    CHAIN_ADMIN,
    FRONT_DESK,
    IDENTITY_READER,
    SAFETY_OFFICER,
    eventually,
)
from deploy.demo.intake import identity_of
from deploy.demo.refusals import Refused
from deploy.demo.treatment import Treatment
from deploy.local.stack import Stack
from mesoflow.billing.v1.service_pb2 import ListAccountsRequest, ListAccountsResponse
from mesoflow.consult.v1.model_pb2 import PatientState
from mesoflow.consult.v1.service_pb2 import (
    ErasePatientRequest,
    ExportPatientRequest,
    ExportPatientResponse,
    FindPatientsRequest,
    GetPatientIdentityRequest,
    ListPlansRequest,
    MergePatientsRequest,
)
from mesoflow.safety.v1.service_pb2 import (
    ListCasesRequest,
    ListCasesResponse,
    ListExposuresRequest,
    ListExposuresResponse,
)
from mesoflow.sessions.v1.service_pb2 import ListOutcomesRequest, ListOutcomesResponse
from tests.e2e.canaries import PERSON
from tests.support.chains import TREATED, founded, step_named, take


async def test_all_that_is_kept_of_a_duplicate_follows(stack: Stack) -> None:
    async with founded(stack) as chain:
        treated = await take(chain.patient(TREATED, PERSON))
        survivor = await take(chain.patient(TREATED, PERSON), [step_named("registered")])
        patients, patient_id = chain.client.consult.patients, survivor.patient_id
        merge = MergePatientsRequest(
            patient_id=treated.patient_id, into_patient_id=survivor.patient_id
        )
        await chain.client.call(patients.MergePatients, merge, CHAIN_ADMIN)

        await follow(survivor)
        assert await chain.differences() == []
        whole = await exported(survivor)
        assert whole.identity == identity_of(PERSON)
        assert whole.patient.merged_patient_ids == [treated.patient_id]
        assert [each.plan_id for each in whole.plans] == [treated.plan_id]
        assert [each.patient_id for each in whole.billing.quotes] == [patient_id]
        assert [each.patient_id for each in whole.billing.accounts] == [patient_id]
        assert [each.patient_id for each in whole.billing.invoices] == [patient_id]
        assert len(whole.billing.payments) == 1
        sessions = {each.session_id for each in whole.sessions.sessions}
        assert sessions == set(treated.session_ids)
        assert [each.case_id for each in whole.safety.cases] == [treated.case_id]
        kept = ErasePatientRequest(patient_id=patient_id)
        with pytest.raises(Refused) as refused:
            await chain.client.call(patients.ErasePatient, kept, CHAIN_ADMIN)
        assert refused.value.reason == "RETENTION_RUNNING"
        restrict = ErasePatientRequest(patient_id=patient_id, restrict_if_kept=True)
        reply = await chain.client.call(patients.ErasePatient, restrict, CHAIN_ADMIN)
        assert reply.state == PatientState.PATIENT_STATE_RESTRICTED


async def test_an_erased_person_is_found_and_read_by_nobody(stack: Stack) -> None:
    async with founded(stack) as chain:
        person = await take(chain.patient(TREATED, PERSON), [step_named("registered")])
        client, patients = chain.client, chain.client.consult.patients
        find = FindPatientsRequest(email_address=PERSON.email_address)
        found = await client.call(patients.FindPatients, find, FRONT_DESK)
        assert [each.patient_id for each in found.patients] == [person.patient_id]

        erase = ErasePatientRequest(patient_id=person.patient_id)
        await client.call(patients.ErasePatient, erase, CHAIN_ADMIN)

        assert not (await client.call(patients.FindPatients, find, FRONT_DESK)).patients
        read = GetPatientIdentityRequest(patient_id=person.patient_id)
        with pytest.raises(Refused) as refused:
            await client.call(patients.GetPatientIdentity, read, IDENTITY_READER)
        assert refused.value.reason == "PATIENT_ERASED"
        # The journals still verify, in all four services.
        assert await chain.differences() == []


async def follow(survivor: Treatment) -> None:
    """Wait until the records of each service are the survivor's."""
    client, patient_id = survivor.client, survivor.patient_id

    async def accounts() -> ListAccountsResponse:
        request = ListAccountsRequest(patient_id=patient_id)
        return await client.call(client.billing.accounts.ListAccounts, request, BILLING)

    async def exposures() -> ListExposuresResponse:
        request = ListExposuresRequest(patient_id=patient_id)
        return await client.call(client.safety.exposures.ListExposures, request, SAFETY_OFFICER)

    async def cases() -> ListCasesResponse:
        request = ListCasesRequest(patient_id=patient_id)
        return await client.call(client.safety.cases.ListCases, request, SAFETY_OFFICER)

    async def outcomes() -> ListOutcomesResponse:
        request = ListOutcomesRequest(patient_id=patient_id)
        return await client.call(client.sessions.outcomes.ListOutcomes, request, AUDITOR)

    await eventually(accounts, lambda reply: bool(reply.accounts), "the account")
    await eventually(exposures, lambda reply: bool(reply.exposures), "the exposure")
    await eventually(cases, lambda reply: bool(reply.cases), "the case")
    await eventually(outcomes, lambda reply: bool(reply.outcomes), "the outcome")
    plans = ListPlansRequest(patient_id=patient_id)
    assert (await client.call(client.consult.plans.ListPlans, plans, FRONT_DESK)).plans


async def exported(survivor: Treatment) -> ExportPatientResponse:
    """Return all that is held of the survivor."""
    request = ExportPatientRequest(patient_id=survivor.patient_id)
    patients = survivor.client.consult.patients
    return await survivor.client.call(patients.ExportPatient, request, IDENTITY_READER)
