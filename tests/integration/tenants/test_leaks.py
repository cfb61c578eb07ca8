"""Every rpc with another chain's token and this chain's requests; then with another clinic's."""

from mesoflow.common.v1.feed_pb2 import WatchEvent
from tests.integration.tenants.conftest import UNASKED, Asked, Recorded
from tests.integration.tenants.recording import ids_in, methods, request_type
from tests.integration.tenants.voices import Voice, afresh, with_other_ids
from tests.support.calls import Refusal, refusal

SERVICES = ("consult", "sessions", "billing", "safety")
PAGE_TOKEN_INVALID = Refusal("INVALID_ARGUMENT", "PAGE_TOKEN_INVALID")
RESUME_TOKEN_INVALID = Refusal("INVALID_ARGUMENT", "RESUME_TOKEN_INVALID")

# Of the whole chain by their purpose, whatever clinic is named in them: the staff's directory, and
# holds, which must be known wherever a lot might be used next.
CHAIN_WIDE = {
    "GetPractitioner",
    "ListPractitioners",
    "GetHold",
    "ListHolds",
    "CheckClearance",
}


def test_every_rpc_is_asked(recorded: Recorded) -> None:
    asked = {each.method.full_name for each in recorded.asked}
    assert {method.full_name for method in methods()} - asked == set()
    assert set(UNASKED) <= {method.name for method in methods()}


async def test_another_chain_is_told_nothing_and_changes_nothing(recorded: Recorded) -> None:
    before = await heard(recorded.voice)
    leaks = [line for each in recorded.asked for line in await told(recorded, each)]
    assert leaks == []
    assert await heard(recorded.voice) == before


async def told(recorded: Recorded, each: Asked) -> list[str]:
    """Return what a stranger learns from one request of the chain."""
    reply = await recorded.stranger.ask(each.service, each.method, afresh(each.request))
    if isinstance(reply, Refusal):
        nobodys = await recorded.stranger.ask(
            each.service, each.method, with_other_ids(each.request)
        )
        # What is refused is refused as if it did not exist.
        return [] if reply == nobodys else [f"{each.label}: {reply}, but {nobodys}"]
    leaked = ids_in(reply) & recorded.ids
    return [f"{each.label}: {sorted(leaked)}"] if leaked else []


async def test_another_chain_hears_nothing(recorded: Recorded) -> None:
    ours, theirs = await heard(recorded.voice), await heard(recorded.stranger)
    assert all(ours.values())
    for service in SERVICES:
        mine = {event.event_id for event in ours[service]}
        assert mine.isdisjoint(event.event_id for event in theirs[service])


async def test_another_clinic_is_told_nothing_of_this_one(recorded: Recorded) -> None:
    before = versions(await heard(recorded.voice), recorded.clinics_own)
    leaks = await leaked_to(recorded, recorded.neighbour, recorded.clinics_own)
    assert not leaks, "\n".join(leaks)
    assert versions(await heard(recorded.voice), recorded.clinics_own) == before


async def leaked_to(recorded: Recorded, voice: Voice, ids: set[str]) -> list[str]:
    """Return what somebody of other clinics is told of `ids`, asking all that the chain asked."""
    leaks = []
    for each in recorded.asked:
        reply = await voice.ask(each.service, each.method, afresh(each.request))
        if isinstance(reply, Refusal) or each.method.name in CHAIN_WIDE:
            continue
        leaked = ids_in(reply) & ids
        # What was moved says where it comes from; nothing else of that clinic comes along.
        if leaked == {recorded.clinic} and ids_in(reply) & recorded.moved - ids:
            continue
        if leaked:
            leaks.append(f"{each.label}: {sorted(leaked)}")
    return leaks


async def test_a_clinic_where_nothing_is_is_told_nothing_of_what_was_moved_either(
    recorded: Recorded,
) -> None:
    ids = recorded.clinics_own | recorded.moved
    leaks = await leaked_to(recorded, recorded.outsider, ids)
    assert not leaks, "\n".join(leaks)


async def test_a_moved_plan_brings_its_patient_and_consultation_along(recorded: Recorded) -> None:
    known = {
        "GetPlan": "plan_id",
        "GetPatient": "patient_id",
        "GetConsultation": "consultation_id",
    }
    answered = set[str]()
    for method in (each for each in methods() if each.name in known):
        for moved in recorded.moved:
            asked = request_type(method)(**{known[method.name]: moved})
            reply = await recorded.neighbour.ask("consult", method, asked)
            refused = await recorded.outsider.ask("consult", method, asked)
            assert isinstance(refused, Refusal)
            answered |= set() if isinstance(reply, Refusal) else {moved}
    assert answered == recorded.moved


async def test_another_clinic_hears_nothing_of_this_one(recorded: Recorded) -> None:
    """But of what was moved, and that without the things that stay."""
    for service, events in (await heard(recorded.neighbour)).items():
        named = {event.aggregate_id for event in events}
        assert named.isdisjoint(recorded.clinics_own), service
        if service == "consult":
            assert recorded.moved <= named
    for events in (await heard(recorded.outsider)).values():
        named = {event.aggregate_id for event in events}
        assert named.isdisjoint(recorded.clinics_own | recorded.moved)


async def test_page_tokens_are_the_chains_own(recorded: Recorded) -> None:
    tried = 0
    for each in recorded.asked:
        if "page_token" not in each.request.DESCRIPTOR.fields_by_name:
            continue
        first = afresh(each.request)
        first.page_size = 1
        page = await recorded.voice.ask(each.service, each.method, first)
        assert not isinstance(page, Refusal)
        if token := getattr(page, "next_page_token", ""):
            first.page_token = token
            assert not isinstance(
                await recorded.voice.ask(each.service, each.method, first), Refusal
            )
            refused = await recorded.stranger.ask(each.service, each.method, first)
            assert isinstance(refused, Refusal), each.label
            # A list of one thing's parts is refused for the thing, before its token is read.
            assert refused == PAGE_TOKEN_INVALID or refused.status == "NOT_FOUND", each.label
            tried += 1
    assert tried >= 5


async def test_resume_tokens_are_the_chains_own(recorded: Recorded) -> None:
    for service in SERVICES:
        _, token = await recorded.voice.hear(service)
        assert await recorded.voice.hear(service, token) == ([], token)
        refused = await refusal(recorded.stranger.hear(service, token))
        assert refused == RESUME_TOKEN_INVALID


async def heard(voice: Voice) -> dict[str, list[WatchEvent]]:
    """Return everything that someone may hear, by service."""
    return {service: (await voice.hear(service))[0] for service in SERVICES}


def versions(events: dict[str, list[WatchEvent]], ids: set[str]) -> dict[str, int]:
    """Return the version that each of `ids` has reached."""
    reached = [event for heard in events.values() for event in heard if event.aggregate_id in ids]
    return {event.aggregate_id: event.version for event in reached}
