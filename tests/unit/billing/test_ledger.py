"""Whatever an account meets, in any order: the books balance, and a session redeems one credit."""

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.billing.domain.account.commands import (
    CloseAccount,
    Command,
    OpenAccount,
    PostCredit,
    ReserveCredit,
    SuspendAccount,
    VoidCredit,
)
from services.billing.domain.account.decider import DECIDER
from services.billing.domain.account.events import (
    AccountClosed,
    CreditPosted,
    Event,
    PaymentReceived,
    RevenueRecognised,
)
from services.billing.domain.account.ledger import LedgerAccount, project
from services.billing.domain.account.model import Account, AccountState
from services.billing.domain.account.sale import Sold
from services.billing.domain.account.statement import statement
from services.billing.domain.money import minor_units
from services.billing.domain.quote.model import Quote
from services.chassis.kernel import DomainError, Put
from tests.unit.billing.examples import (
    ACCOUNT,
    AT,
    CLINIC,
    PATIENT,
    PLAN,
    QUOTE,
    euro,
    opened,
    pay,
    quote,
)

sessions = st.sampled_from(["s1", "s2", "s3", "s4", "s5"])
kinds = st.sampled_from([ReserveCredit, PostCredit, VoidCredit])


def move(kind: type[ReserveCredit | PostCredit | VoidCredit], session_id: str) -> Command:
    return kind(ACCOUNT, session_id, AT)


steps: st.SearchStrategy[list[Command]] = st.lists(
    st.one_of(
        st.builds(pay, st.integers(1, 40_000).map(euro), st.uuids().map(str)),
        st.builds(move, kinds, sessions),
    ),
    max_size=40,
)


def lived(
    terms: tuple[int, int, int],
    commands: Sequence[Command],
    amendments: Sequence[Quote] = (),
) -> tuple[Account, list[Event]]:
    """Return the account and its events after `commands`; the refused ones change nothing.

    Each amendment comes after as many commands as its quote has sessions.
    """
    history: list[Event] = [opened(*terms)]
    state = DECIDER.evolve(None, history[0])
    steps: list[tuple[Command, Sold | None]] = [(command, None) for command in commands]
    for number, amendment in enumerate(amendments):
        accept = OpenAccount(ACCOUNT, PLAN, PATIENT, CLINIC, f"quote-{number}", AT)
        steps.insert(amendment.sessions, (accept, Sold(amendment)))
    for command, sold in steps:
        try:
            events = DECIDER.decide(command, state, sold)
        except DomainError:
            continue
        for event in events:
            state = DECIDER.evolve(state, event)
            history.append(event)
            books_hold(state, history)
    return state, history


def books_hold(account: Account, history: Sequence[Event]) -> None:
    """What holds at all times: by the account's own balances, and by the ledger's rows."""
    shown = statement(account).balances
    plus = minor_units(shown.received) + minor_units(shown.receivable)
    parts = (shown.contract_liability, shown.revenue, shown.tax_payable, shown.refunded)
    assert plus == sum(map(minor_units, parts))
    assert not (shown.receivable.units and shown.contract_liability.units)
    assert sum(share.gross for share in account.shares) == account.total_minor_units
    assert account.credits_available >= 0
    assert not set(account.reserved) & set(account.posted)


def ledger(history: Sequence[Event]) -> Counter[LedgerAccount]:
    """Return the balance of each account of the books: debits above zero."""
    found: Counter[LedgerAccount] = Counter()
    for fact in (fact for event in history for fact in project(event)):
        if isinstance(fact, Put) and fact.table == "transfers":
            row = fact.row
            amount, debit, credit = row["amount_minor_units"], row["debit"], row["credit"]
            assert isinstance(amount, int)
            assert isinstance(debit, LedgerAccount)
            assert isinstance(credit, LedgerAccount)
            found[debit] += amount
            found[credit] -= amount
    return found


terms = st.tuples(st.integers(1, 4), st.integers(0, 30_000), st.integers(0, 6_000))


@given(terms, steps)
def test_the_ledger_and_the_account_say_the_same(
    sold: tuple[int, int, int], commands: list[Command]
) -> None:
    account, history = lived(sold, commands)
    books = ledger(history)
    assert sum(books.values()) == 0
    assert books[LedgerAccount.CASH] == account.received_minor_units <= account.total_minor_units
    assert -books[LedgerAccount.REVENUE] == account.revenue
    assert -books[LedgerAccount.TAX_PAYABLE] == account.tax_payable
    assert -books[LedgerAccount.CONTRACT_LIABILITY] == account.contract_position


@given(terms, steps)
def test_a_session_redeems_one_credit_once(
    sold: tuple[int, int, int], commands: list[Command]
) -> None:
    account, history = lived(sold, commands)
    posted = Counter(each.session_id for each in history if isinstance(each, CreditPosted))
    earned = Counter(each.session_id for each in history if isinstance(each, RevenueRecognised))
    assert posted == earned
    assert set(posted.values()) <= {1}
    assert len(posted) <= account.credits_granted


amendments = st.lists(
    st.builds(quote, st.integers(1, 6), st.integers(0, 60_000), st.integers(0, 12_000)), max_size=3
)


@given(terms, steps, amendments)
def test_an_amendment_never_changes_what_is_earned(
    sold: tuple[int, int, int], commands: list[Command], changes: list[Quote]
) -> None:
    account, history = lived(sold, commands, changes)
    earned = [each for each in history if isinstance(each, RevenueRecognised)]
    assert account.revenue == sum(minor_units(each.amount) for each in earned)
    assert account.tax_payable == sum(minor_units(each.tax) for each in earned)
    assert account.credits_granted in (0, len(account.shares))
    books = ledger(history)
    assert sum(books.values()) == 0
    assert -books[LedgerAccount.CONTRACT_LIABILITY] == account.contract_position


stops: st.SearchStrategy[list[Command]] = st.lists(
    st.one_of(
        st.builds(pay, st.integers(1, 40_000).map(euro), st.uuids().map(str)),
        st.builds(move, kinds, sessions),
        st.just(SuspendAccount(ACCOUNT, AT)),
        st.just(OpenAccount(ACCOUNT, PLAN, PATIENT, CLINIC, QUOTE, AT + timedelta(days=1))),
    ),
    max_size=20,
)
late: st.SearchStrategy[list[Command]] = st.lists(
    st.one_of(
        st.builds(pay, st.integers(1, 40_000).map(euro), st.uuids().map(str)),
        st.builds(move, kinds, sessions),
    ),
    max_size=20,
)


@given(terms, stops, late)
def test_what_was_paid_is_earned_or_refundable_once_the_account_is_closed(
    sold: tuple[int, int, int], before: list[Command], since: list[Command]
) -> None:
    account, history = lived(sold, [*before, CloseAccount(ACCOUNT, AT), *since])
    assert account.state is AccountState.CLOSED
    shown = statement(account).balances
    paid, refundable = minor_units(shown.received), minor_units(shown.refundable)
    earned = minor_units(shown.revenue) + minor_units(shown.tax_payable)
    # What was performed beyond what was paid is still owed, and nothing of it is refundable.
    unpaid = minor_units(shown.receivable)
    assert paid + unpaid == earned + refundable
    assert refundable >= 0
    assert refundable == 0 or unpaid == 0
    books = ledger(history)
    assert refundable == max(0, -books[LedgerAccount.CONTRACT_LIABILITY])
    assert paid == books[LedgerAccount.CASH]
    closed_at = next(n for n, each in enumerate(history) if isinstance(each, AccountClosed))
    taken = [n for n, each in enumerate(history) if isinstance(each, PaymentReceived)]
    assert not [n for n in taken if n > closed_at]


@given(terms)
def test_all_sessions_together_earn_the_whole_sale(sold: tuple[int, int, int]) -> None:
    count, net, tax = sold
    everything: list[Command] = [
        pay(euro(net + tax)),
        *(PostCredit(ACCOUNT, f"s{n}", AT) for n in range(count)),
    ]
    if net + tax == 0:
        return
    account, _ = lived(sold, everything)
    assert (account.revenue, account.tax_payable) == (net, tax)
    assert account.contract_position == 0
