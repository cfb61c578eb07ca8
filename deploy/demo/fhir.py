"""Patients out of FHIR R4: resources joined by their references; a bad one does not stop others."""

import contextlib
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from deploy.demo.codes import codes_of, why_passed_over
from deploy.demo.elements import ID, Element, Malformed, child, children, text
from deploy.demo.files import Found, found
from deploy.demo.patients import Brought, patient_of
from deploy.demo.records import Code, NotTaken, PatientRecord, Problem, Records

# Type of resource to the element that names its patient and the list that its codes belong to.
ENTRIES = {
    "AllergyIntolerance": ("patient", "allergies"),
    "Condition": ("subject", "conditions"),
    "MedicationRequest": ("subject", "medications"),
}
READ = {"Patient", "Medication", *ENTRIES}
RESOURCES_MOST = 100_000
URN = "urn:uuid:"


@dataclass(slots=True)
class Reading:
    """Everything found so far."""

    resources: dict[str, Found] = field(default_factory=dict)
    # A bundle's full url to the reference that its resource goes by here.
    full_urls: dict[str, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    ignored: Counter[str] = field(default_factory=Counter)
    brought: defaultdict[str, Brought] = field(default_factory=lambda: defaultdict(Brought))

    def of(self, *kinds: str) -> list[tuple[str, Found]]:
        """Return what was kept of these types, under its references, in the order it was read."""
        return [item for item in self.resources.items() if item[0].split("/")[0] in kinds]

    def resolve(self, reference: Element) -> str:
        """Return what a reference goes by here: by a bundle's url, or by its type and id."""
        said = text(reference, "reference").split("/_history/")[0]
        return self.full_urls.get(said, "/".join(said.split("/")[-2:]))

    @contextlib.contextmanager
    def reporting(self, each: Found) -> Iterator[None]:
        """Make a problem of what is not taken, and go on."""
        try:
            yield
        except NotTaken as refusal:
            self.problems.append(Problem(each.where, refusal.reason, refusal.detail))
        except Malformed as malformed:
            detail = f"{malformed} is not of the type that FHIR gives it"
            self.problems.append(Problem(each.where, "MALFORMED", detail))


def read(path: Path) -> Records:
    """Read a FHIR R4 bundle or a folder of resources. Raises Unreadable where there is nothing."""
    reading = Reading()
    for each in found(path):
        if isinstance(each, Problem):
            reading.problems.append(each)
            continue
        with reading.reporting(each):
            _keep(reading, each)
    for reference, entry in reading.of(*ENTRIES):
        with reading.reporting(entry):
            _lay_to_patient(reading, reference, entry)
    patients: list[PatientRecord] = []
    for reference, each in reading.of("Patient"):
        with reading.reporting(each):
            patients.append(patient_of(reference, each, reading.brought[reference]))
    return Records(tuple(patients), tuple(reading.problems), dict(reading.ignored))


def _keep(reading: Reading, each: Found) -> None:
    """Keep a resource under its reference, unless it is none of ours or stands there already."""
    kind = str(each.resource["resourceType"])
    if kind not in READ:
        plain = kind.isascii() and kind.isalnum() and len(kind) <= 64
        reading.ignored[kind if plain else "(no type of FHIR's)"] += 1
        return
    reference = f"{kind}/{_id_of(each)}"
    if reference in reading.resources:
        raise NotTaken("ID_TWICE", f"{reference} was read before; the first one counts")
    if len(reading.resources) >= RESOURCES_MOST:
        raise NotTaken("TOO_MANY", f"{RESOURCES_MOST} resources are the most")
    reading.resources[reference] = each
    if each.full_url:
        reading.full_urls[each.full_url] = reference


def _id_of(each: Found) -> str:
    """Return a resource's id; in a transaction it may have none but its full url."""
    known = text(each.resource, "id") or each.full_url.removeprefix(URN)
    if not ID.fullmatch(known):
        raise NotTaken("ID_INVALID", "no id, or none that FHIR allows")
    return known


def _lay_to_patient(reading: Reading, reference: str, entry: Found) -> None:
    """Lay an entry of a record to its patient, or note there why it was passed over."""
    element, belongs_to = ENTRIES[reference.split("/")[0]]
    patient = reading.resolve(child(entry.resource, element))
    if patient not in reading.resources or not patient.startswith("Patient/"):
        raise NotTaken("PATIENT_UNKNOWN", f"{reference} is of a patient who was not read")
    brought = reading.brought[patient]
    try:
        why = why_passed_over(entry.resource)
        codes = [] if why else _codes(reading, entry.resource)
    except Malformed:
        brought.notes.append(f"{reference} cannot be read")
        raise
    if not codes:
        brought.notes.append(f"{reference} left out: {why or 'no code that can be carried'}")
    brought.codes[belongs_to].extend(codes)


def _codes(reading: Reading, entry: Element) -> list[Code]:
    if entry["resourceType"] != "MedicationRequest":
        return codes_of(child(entry, "code"))
    named = codes_of(child(entry, "medicationCodeableConcept"))
    return named or _codes_of_medication(_medication(reading, entry))


def _medication(reading: Reading, request: Element) -> Element:
    """Return the medication that a request refers to, empty where it was not read."""
    reference = child(request, "medicationReference")
    within = text(reference, "reference")
    if within.startswith("#"):
        contained = children(request, "contained")
        return next((each for each in contained if f"#{text(each, 'id')}" == within), {})
    kept = reading.resources.get(reading.resolve(reference))
    return kept.resource if kept and kept.resource["resourceType"] == "Medication" else {}


def _codes_of_medication(medication: Element) -> list[Code]:
    """Return its own codes or, of a mixture that has none, those of its ingredients."""
    ingredients = children(medication, "ingredient")
    return codes_of(child(medication, "code")) or [
        code for each in ingredients for code in codes_of(child(each, "itemCodeableConcept"))
    ]
