"""Elements of a resource, taken out with their types checked: records are as others wrote them."""

import re
from typing import TypeAlias

Element: TypeAlias = dict[str, object]
# FHIR's id; a reference is shown to people, so nothing else gets through.
ID = re.compile(r"[A-Za-z0-9.-]{1,64}")
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\u2028\u2029]+")


class Malformed(Exception):
    """An element is not of the type that FHIR gives it; the argument names the element."""


def text(element: Element, name: str) -> str:
    """Return a string without control characters, or "" where there is none."""
    value = element.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise Malformed(name)
    return CONTROL.sub(" ", value).strip()


def flag(element: Element, name: str) -> bool | None:
    """Return a boolean, or None where there is none."""
    value = element.get(name)
    if value is not None and not isinstance(value, bool):
        raise Malformed(name)
    return value


def child(element: Element, name: str) -> Element:
    """Return an element, empty where there is none."""
    value = element.get(name)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise Malformed(name)
    return value


def children(element: Element, name: str) -> list[Element]:
    """Return a list of elements, empty where there is none."""
    value = element.get(name)
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
        raise Malformed(name)
    return value


def texts(element: Element, name: str) -> list[str]:
    """Return a list of strings; FHIR writes null where a part has only extensions."""
    value = element.get(name)
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(each, str | None) for each in value):
        raise Malformed(name)
    return [cleaned for each in value if each and (cleaned := CONTROL.sub(" ", each).strip())]


def extensions(element: Element) -> set[str]:
    """Return the urls of an element's extensions."""
    return {text(each, "url") for each in children(element, "extension")}
