"""The person as an aggregate: what is kept of a patient who was merged, and where it went."""

from dataclasses import replace

from services.billing.domain.account.model import Account
from services.billing.domain.invoice.model import Invoice
from services.billing.domain.person.commands import FollowAgain, FollowMerge
from services.billing.domain.person.decider import Kept
from services.billing.domain.person.model import Person, person_id_of
from services.billing.domain.quote.model import Quote
from services.billing.handlers.documents import ACCOUNTS, INVOICES, PERSONS, QUOTES, Persons
from services.chassis.handling import Reader


async def gather_kept(
    command: FollowMerge | FollowAgain, state: Person | None, reader: Reader
) -> Kept:
    """Return the ids of all that is kept of the patient, whatever became of it."""
    quotes: list[Quote] = list(await reader.find(QUOTES, "patient_id", command.patient_id))
    accounts: list[Account] = list(await reader.find(ACCOUNTS, "patient_id", command.patient_id))
    invoices: list[Invoice] = list(await reader.find(INVOICES, "patient_id", command.patient_id))
    return Kept(
        quote_ids=tuple(quote.quote_id for quote in quotes),
        account_ids=tuple(account.account_id for account in accounts),
        invoice_ids=tuple(invoice.invoice_id for invoice in invoices),
    )


async def survivor(patient_id: str, reader: Reader) -> str:
    """Return the record that a patient's was merged into, and on from there."""
    passed = {patient_id}
    person = await reader.get(PERSONS, person_id_of(patient_id))
    while person is not None and person.into_patient_id not in (None, *passed):
        patient_id = str(person.into_patient_id)
        passed.add(patient_id)
        person = await reader.get(PERSONS, person_id_of(patient_id))
    return patient_id


PERSON: Persons = replace(PERSONS, gathers={FollowMerge: gather_kept, FollowAgain: gather_kept})
