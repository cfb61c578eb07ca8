"""Merges and erasures that cross each other end in one order or the other, never in a circle."""

import asyncio
from collections.abc import Awaitable

from grpc import aio

from mesoflow.consult.v1 import model_pb2
from mesoflow.consult.v1 import service_pb2 as pb
from tests.integration.consult.records import KEYS, broken, counted, erased, registered, shown
from tests.support.calls import new_id, refusal_of
from tests.support.directory import Directory

DONE = ""
ACTIVE, MERGED = model_pb2.PATIENT_STATE_ACTIVE, model_pb2.PATIENT_STATE_MERGED
ERASED = model_pb2.PATIENT_STATE_ERASED
ROUNDS = 3


async def ended(call: Awaitable[object]) -> str:
    """Return the reason for which `call` was refused; nothing where it was done."""
    try:
        await call
    except aio.AioRpcError as error:
        return refusal_of(error).reason
    return DONE


def merged(
    directory: Directory, duplicate: str, survivor: str
) -> Awaitable[pb.MergePatientsResponse]:
    request = pb.MergePatientsRequest(
        request_id=new_id(), patient_id=duplicate, into_patient_id=survivor
    )
    return directory.admin.call(directory.patients.MergePatients, request)


async def states(directory: Directory, *patient_ids: str) -> list[int]:
    return [(await shown(directory, patient_id)).state for patient_id in patient_ids]


async def test_of_merges_that_cross_one_wins(directory: Directory) -> None:
    clinic_id = (await directory.opened()).clinic_id
    for _ in range(ROUNDS):
        one, other = [await registered(directory, clinic_id) for _ in range(2)]
        calls = merged(directory, one, other), merged(directory, other, one)
        reasons = await asyncio.gather(*map(ended, calls))
        assert sorted(reasons) == [DONE, "MERGE_NOT_ALLOWED"]
        assert sorted(await states(directory, one, other)) == [ACTIVE, MERGED]
    assert await broken(directory) == []


async def test_merges_never_close_a_circle(directory: Directory) -> None:
    clinic_id = (await directory.opened()).clinic_id
    for _ in range(ROUNDS):
        three = [await registered(directory, clinic_id) for _ in range(3)]
        into = [*three[1:], three[0]]
        calls = [merged(directory, *pair) for pair in zip(three, into, strict=True)]
        reasons = await asyncio.gather(*map(ended, calls))
        assert set(reasons) == {DONE, "MERGE_NOT_ALLOWED"}
        assert ACTIVE in await states(directory, *three)
    assert await broken(directory) == []


async def test_an_erasure_amid_a_merge_leaves_no_key_behind(directory: Directory) -> None:
    clinic_id = (await directory.opened()).clinic_id
    for _ in range(ROUNDS):
        duplicate, survivor = [await registered(directory, clinic_id) for _ in range(2)]
        calls = merged(directory, duplicate, survivor), erased(directory, survivor)
        merging, erasing = await asyncio.gather(*map(ended, calls))
        assert (merging, erasing) in {
            ("MERGE_NOT_ALLOWED", DONE),
            # Safety was not asked about the duplicate, or it was and both are erased.
            (DONE, "CLEARANCE_STALE"),
            (DONE, DONE),
        }
        gone = [each == ERASED for each in await states(directory, survivor)]
        assert gone == [erasing == DONE]
        assert (await counted(directory, KEYS, survivor) == 0) == (erasing == DONE)
        if (merging, erasing) == (DONE, DONE):
            assert await counted(directory, KEYS, duplicate) == 0
    assert await broken(directory) == []
