"""A patient out of FHIR's resource: who they are, whether they live, and what is not known."""

import contextlib
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from deploy.demo.elements import Element, child, children, extensions, flag, text, texts
from deploy.demo.files import Found
from deploy.demo.records import Code, NotTaken, PatientRecord, Person

ANIMAL = "http://hl7.org/fhir/StructureDefinition/patient-animal"
NO_NAME = "(no name given)"
CODES_MOST = 200
NOTES_MOST = 20
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
PART_OF_A_DAY = re.compile(r"[0-9]{4}(-[0-9]{2})?")
# Names in the order of preference; one that no longer holds is the last resort.
USES = ("official", "usual", "", "temp", "nickname", "anonymous", "maiden", "old")


@dataclass(slots=True)
class Brought:
    """What the entries of one patient's record add up to."""

    codes: defaultdict[str, list[Code]] = field(default_factory=lambda: defaultdict(list))
    notes: list[str] = field(default_factory=list)


def patient_of(reference: str, each: Found, brought: Brought) -> PatientRecord:
    """Return the patient of a resource. Raises NotTaken for what is no patient to treat."""
    resource = each.resource
    _refuse_what_is_none(resource)
    born, note = _birth_date(resource)
    notes = [*([note] if note else []), *brought.notes]
    if len(notes) > NOTES_MOST:
        notes[NOTES_MOST:] = [f"and {len(notes) - NOTES_MOST} more"]
    telecom = children(resource, "telecom")
    return PatientRecord(
        reference=reference,
        where=each.where,
        person=Person(
            full_name=_name(resource),
            birth_date=born,
            phone_number=_telecom(telecom, "phone")[:40],
            email_address=_telecom(telecom, "email")[:320],
            postal_address=_address(resource)[:500],
        ),
        deceased=flag(resource, "deceasedBoolean") is True
        or bool(text(resource, "deceasedDateTime")),
        allergies=_once(brought.codes["allergies"]),
        conditions=_once(brought.codes["conditions"]),
        medications=_once(brought.codes["medications"]),
        notes=tuple(notes),
    )


def _refuse_what_is_none(resource: Element) -> None:
    if ANIMAL in extensions(resource) or resource.get("animal") is not None:
        raise NotTaken("NOT_A_PERSON", "an animal")
    if flag(resource, "active") is False:
        raise NotTaken("RECORD_NOT_IN_USE", "active is false")
    if any(text(each, "type") == "replaced-by" for each in children(resource, "link")):
        raise NotTaken("RECORD_NOT_IN_USE", "replaced by another record")
    for element in ("modifierExtension", "implicitRules"):
        # FHIR: who does not understand one of these must not use the resource.
        if resource.get(element):
            raise NotTaken("NOT_UNDERSTOOD", f"{element} may change what the record means")


def _birth_date(resource: Element) -> tuple[date | None, str]:
    said = text(resource, "birthDate")
    if not said:
        return None, "no birth date"
    if PART_OF_A_DAY.fullmatch(said):
        return None, "birth date incomplete, so none is taken"
    if DAY.fullmatch(said):
        with contextlib.suppress(ValueError):
            return date.fromisoformat(said), ""
    return None, "birth date is no day of the calendar, so none is taken"


def _name(resource: Element) -> str:
    names = children(resource, "name")
    ranked = sorted(names, key=lambda name: (bool(child(name, "period").get("end")), _rank(name)))
    written = (
        text(each, "text") or " ".join([*texts(each, "given"), text(each, "family")]).strip()
        for each in ranked
    )
    return next((name for name in written if name), NO_NAME)[:200]


def _rank(name: Element) -> int:
    use = text(name, "use")
    return USES.index(use) if use in USES else len(USES)


def _telecom(telecom: list[Element], system: str) -> str:
    return next((text(each, "value") for each in telecom if text(each, "system") == system), "")


def _address(resource: Element) -> str:
    for each in children(resource, "address"):
        parts = [*texts(each, "line"), text(each, "postalCode"), text(each, "city")]
        if written := text(each, "text") or ", ".join(part for part in parts if part):
            return written
    return ""


def _once(codes: Iterable[Code]) -> tuple[Code, ...]:
    once = tuple(dict.fromkeys(codes))
    if len(once) > CODES_MOST:
        # Leaving some out would leave out an allergy.
        raise NotTaken("TOO_MANY_CODES", f"{len(once)} in one list; {CODES_MOST} are the most")
    return once
