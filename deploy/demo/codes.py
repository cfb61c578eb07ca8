"""Codes out of FHIR's concepts, and which entries of a record count."""

import re

from deploy.demo.elements import Element, child, children, text
from deploy.demo.records import Code

SNOMED = "http://snomed.info/sct"
# What the schema of patients takes (clinical/v1 Coding).
SYSTEM = re.compile(r"[a-z][a-z0-9+.-]*:[!-~]{1,240}")
CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/+-]{0,63}")
# Statements that there is no allergy; as an allergy each would say the opposite.
NO_ALLERGY = {
    Code(SNOMED, "716186003"),  # no known allergy
    Code(SNOMED, "409137002"),  # no known drug allergy
    Code(SNOMED, "716184000"),  # no known latex allergy
    Code(SNOMED, "428607008"),  # no known environmental allergy
    Code(SNOMED, "429625007"),  # no known food allergy
}
# Remission stays: what may come back counts.
OVER = {"inactive", "resolved"}
UNTRUE = {"entered-in-error", "refuted"}
# Taken now, or so it must be assumed.
TAKEN = {"active", "on-hold", "unknown"}
MERELY_THOUGHT_OF = {"proposal", "plan", "option"}


def codes_of(concept: Element) -> list[Code]:
    """Return every coding of a concept that the schema can carry."""
    pairs = [(text(each, "system"), text(each, "code")) for each in children(concept, "coding")]
    return [
        Code(system, code)
        for system, code in pairs
        if SYSTEM.fullmatch(system) and CODE.fullmatch(code)
    ]


def why_passed_over(entry: Element) -> str:
    """Return why an entry of a record does not count, or ""."""
    if entry.get("resourceType") == "MedicationRequest":
        return _why_not_taken(entry)
    verified = _status(entry, "verificationStatus")
    if verified & UNTRUE:
        return ", ".join(sorted(verified & UNTRUE))
    if over := _status(entry, "clinicalStatus") & OVER:
        return ", ".join(sorted(over))
    if set(codes_of(child(entry, "code"))) & NO_ALLERGY:
        return "says that there is none"
    return ""


def _why_not_taken(request: Element) -> str:
    if request.get("doNotPerform") is True:
        return "an order not to give it"
    if (status := text(request, "status")) not in TAKEN:
        return status or "no status"
    if (intent := text(request, "intent")) in MERELY_THOUGHT_OF:
        return intent
    return ""


def _status(entry: Element, name: str) -> set[str]:
    return {text(each, "code") for each in children(child(entry, name), "coding")}
