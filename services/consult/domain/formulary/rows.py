"""The reference data as it is in force for a chain: its files, and what it signed on top."""

from datetime import date

from services.chassis.kernel import Violation
from services.consult.domain.formulary.errors import PolicyMissing
from services.consult.domain.formulary.model import Changes, Policy
from services.consult.domain.formulary.reference import Formulary


def in_force(reference: Formulary, changes: Changes | None, day: date) -> Formulary:
    """Return the files with the chain's rows of `day` on top; without any, the files."""
    if changes is None:
        return reference
    raise NotImplementedError("D")


def policy_on(changes: Changes | None, day: date) -> Policy | None:
    """Return the numbers in force on `day`: those signed last for that day or an earlier one."""
    signed = [p for p in (changes.policies if changes else ()) if p.effective_from <= day]
    return max(reversed(signed), key=lambda policy: policy.effective_from, default=None)


def need(policy: Policy | None, name: str) -> int:
    """Return a number of the chain's policy, or refuse what rests on one that nobody signed."""
    number = getattr(policy, name) if policy is not None else None
    if number is None:
        raise PolicyMissing(violations=[Violation("POLICY", name, "was not signed by the chain")])
    return int(number)
