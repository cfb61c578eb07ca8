"""Any order of commands, in a world that changes under the plan: what holds all the same.

No sequence of commands yields an accepted plan that breaks a gate, none leaves one unflagged once
the policy has heard of it, and no consent outlives the terms that it was given to.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any, TypeVar

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from services.chassis.kernel import DomainError
from services.consult.domain.cocktail.checks import Check
from services.consult.domain.plan.commands import (
    AcceptPlan,
    AmendPlan,
    Command,
    MovePlan,
    ProposePlan,
    RecheckPlan,
    SignConsent,
    SignResponsibility,
    WithdrawConsent,
    WithdrawPlan,
)
from services.consult.domain.plan.decider import DECIDER
from services.consult.domain.plan.events import Event, PlanAccepted, PlanAmended, PlanProposed
from services.consult.domain.plan.facts import (
    AcceptanceFacts,
    Facts,
    ProposalFacts,
    ResponsibilityFacts,
    SigningFacts,
)
from services.consult.domain.plan.model import Cocktail, Plan, PlanState
from services.consult.domain.plan.standing import stands
from tests.unit.consult.plans import AMEND, END, MOVE, OTHER_CLINIC, OTHER_DOCTOR, TAKE_ON
from tests.unit.consult.samples import CLINIC, DOCTOR, NOW, PLAN, propose
from tests.unit.consult.worlds import (
    CHANGES,
    COCKTAILS,
    COOLING_OFFS,
    PLACES,
    SCHEDULES,
    World,
    failing,
    hold_consent,
    offer,
    physician,
    working_at,
)

who = st.sampled_from([DOCTOR, OTHER_DOCTOR])
TimedT = TypeVar("TimedT", ProposePlan, AmendPlan, MovePlan, SignResponsibility, WithdrawPlan)


class PlanMachine(RuleBasedStateMachine):
    """Commands in any order, each decided on the facts of its moment."""

    def __init__(self) -> None:
        super().__init__()
        self.world = World()
        self.plan: Plan | None = None
        self.taken_back: set[str] = set()
        self.terms_seen = 0
        self.asked_quote: str | None = None
        self.made = 0
        self.told = True  # whether the policy has heard of the last change

    # ── how it is driven ─────────────────────────────────────────────────────────────────────

    def new(self, kind: str) -> str:
        """Return an id that was not used yet."""
        self.made += 1
        return f"{kind}-{self.made}"

    def attempt(self, command: Command, facts: Facts) -> list[Event]:
        """Decide and change; a refusal changes nothing."""
        try:
            events = list(DECIDER.decide(command, self.plan, facts))
        except DomainError:
            return []
        for event in events:
            self.plan = DECIDER.evolve(self.plan, event)
            self.hold_true()
        return events

    def failing(self) -> list[Check]:
        """Return the checks that the plan's cocktail fails by now."""
        return failing(self.plan, self.world) if self.plan else []

    def stopped(self) -> bool:
        """Tell whether anything that is known by now stops the plan."""
        return self.world.sayable() and (bool(self.failing()) or self.world.forbids())

    def proposal(self, by: str) -> ProposalFacts:
        where = self.plan.clinic_id if self.plan else CLINIC
        return ProposalFacts(self.world.around(where), physician(by), SCHEDULES, frozenset())

    def now(self, command: TimedT) -> TimedT:
        return replace(command, at=self.world.at)

    # ── what may be asked ────────────────────────────────────────────────────────────────────

    @initialize(mixture=st.sampled_from(COCKTAILS[:2]))
    def begin(self, mixture: Cocktail) -> None:
        self.attempt(self.now(propose(cocktail=mixture)), self.proposal(DOCTOR))

    @precondition(lambda self: self.plan is None)
    @rule(mixture=st.sampled_from(COCKTAILS))
    def propose(self, mixture: Cocktail) -> None:
        for event in self.attempt(self.now(propose(cocktail=mixture)), self.proposal(DOCTOR)):
            assert isinstance(event, PlanProposed)
            assert not self.failing()
            assert self.world.treatable()

    @rule(mixture=st.sampled_from((None, *COCKTAILS)), by=who)
    def amend(self, mixture: Cocktail | None, by: str) -> None:
        command = replace(AMEND, cocktail=mixture, practitioner_id=by)
        for event in self.attempt(self.now(command), self.proposal(by)):
            if isinstance(event, PlanAmended):
                self.asked_quote = event.amended_quote_id
                assert not self.failing()
                assert self.world.treatable()

    @rule(late=st.booleans())
    def attach(self, late: bool) -> None:
        amends = "of-other-terms" if late else self.asked_quote
        command = offer(self.new("quote"), amends, self.world.at)
        events = self.attempt(command, None)
        assert not (late and events), "a quote of other terms is not attached"
        assert self.plan is None or not self.attempt(command, None), "a policy repeats harmlessly"

    @rule(by=who, stale=st.booleans(), interpreted=st.booleans())
    def sign(self, by: str, stale: bool, interpreted: bool) -> None:
        text = bytes([self.plan.terms_version % 256 if self.plan else 0]) * 32
        read = b"\xff" * 32 if stale else text
        hand = self.new("signature").encode()
        command = SignConsent(
            PLAN, self.new("consent"), by, read, "en", hand, b"\2" * 32, interpreted, self.world.at
        )
        before = self.plan
        if self.attempt(command, SigningFacts(physician(by), text)):
            assert before is not None
            assert not stale, "nobody signs under another text"
            assert not before.flag_codes, "nobody signs what no longer passes"
            assert PLACES[by] == before.clinic_id, "who works elsewhere signs nothing"

    @rule()
    def accept(self) -> None:
        where = self.plan.clinic_id if self.plan else CLINIC
        facts = AcceptanceFacts(self.world.around(where), COOLING_OFFS)
        for event in self.attempt(AcceptPlan(PLAN, self.world.at), facts):
            assert isinstance(event, PlanAccepted)
            assert self.plan is not None
            assert not self.failing(), "an accepted plan breaks no gate"
            assert self.world.treatable()
            assert event.consent_id not in self.taken_back
            assert not self.plan.flag_codes
            assert self.plan.responsible_signed
            assert PLACES[event.practitioner_id] == event.clinic_id
            assert event.earliest_session_at >= NOW

    @rule()
    def take_back(self) -> None:
        consent = self.plan.consent if self.plan else None
        if self.attempt(WithdrawConsent(PLAN, self.world.at), None):
            assert consent is not None
            self.taken_back.add(consent.consent_id)

    @rule(where=st.sampled_from([CLINIC, OTHER_CLINIC]))
    def move(self, where: str) -> None:
        command = self.now(replace(MOVE, clinic_id=where))
        if self.attempt(command, self.world.known(where)):
            assert not self.failing()

    @rule(by=who)
    def take_on(self, by: str) -> None:
        command = self.now(replace(TAKE_ON, practitioner_id=by))
        self.attempt(command, ResponsibilityFacts(physician(by)))

    @precondition(lambda self: self.plan is not None)
    @rule()
    def recheck(self) -> None:
        assert self.plan is not None
        command, facts = RecheckPlan(PLAN, self.world.at), self.world.known(self.plan.clinic_id)
        self.attempt(command, facts)
        self.told = True
        assert not self.attempt(command, facts), "a policy repeats harmlessly"
        if self.plan.state is not PlanState.WITHDRAWN and self.world.sayable():
            assert bool(self.plan.flag_codes) == self.stopped()

    @precondition(lambda self: self.made > 20)
    @rule()
    def end(self) -> None:
        self.attempt(self.now(END), None)

    @precondition(lambda self: self.plan is not None)
    @rule(change=st.sampled_from(({}, *CHANGES)), checked=st.booleans(), undone=st.booleans())
    def change_before_acceptance(
        self, change: Mapping[str, Any], checked: bool, undone: bool
    ) -> None:
        """Bring a plan to its acceptance; then something changes, noticed or not."""
        self.all_is_well_again()
        for _ in range(4):
            self.take_next_step()
        before = self.world
        self.something_changes(change)
        if checked:
            self.recheck()
        if undone:
            self.world, self.told = before, False
        self.accept()

    @precondition(lambda self: self.plan is not None)
    @rule()
    def take_next_step(self) -> None:
        """Do what a plan that goes well needs before its acceptance."""
        plan = self.plan
        assert plan is not None
        by = working_at(plan.clinic_id)
        if plan.quote is None or plan.quote.valid_until <= self.world.at:
            self.attach(late=False)
        elif plan.consent is None or not stands(plan.consent):
            self.sign(by, stale=False, interpreted=False)
        elif plan.moved:
            self.take_on(by)

    @precondition(lambda self: self.plan is not None)
    @rule(change=st.sampled_from(CHANGES), undone=st.booleans())
    def change_before_signature(self, change: Mapping[str, Any], undone: bool) -> None:
        """Bring a plan to its signature; then it is held against a world that changed."""
        self.until_it_is_to_be_signed()
        before = self.world
        self.something_changes(change)
        self.recheck()
        if undone:
            self.world, self.told = before, False
        self.sign_by_each()

    @precondition(lambda self: self.plan is not None)
    @rule(where=st.sampled_from([CLINIC, OTHER_CLINIC]))
    def move_before_signature(self, where: str) -> None:
        """Bring a plan to its signature; then it goes elsewhere, or stays."""
        self.until_it_is_to_be_signed()
        self.move(where)
        self.sign_by_each()

    def until_it_is_to_be_signed(self) -> None:
        """Make the terms new, so that no signature stands, and have them priced."""
        self.all_is_well_again()
        assert self.plan is not None
        by = working_at(self.plan.clinic_id)
        if self.plan.consent is not None and stands(self.plan.consent):
            self.amend(COCKTAILS[0], by)
        if self.plan.quote is None:
            self.attach(late=False)

    def sign_by_each(self) -> None:
        """Have each of the physicians sign, who works elsewhere first."""
        assert self.plan is not None
        here = self.plan.clinic_id
        for by in sorted(PLACES, key=lambda who: PLACES[who] == here):
            self.sign(by, stale=False, interpreted=False)

    # ── what changes meanwhile ───────────────────────────────────────────────────────────────

    @rule(days=st.integers(0, 9))
    def time_passes(self, days: int) -> None:
        self.world.at += timedelta(days=days)

    @rule(change=st.sampled_from(CHANGES))
    def something_changes(self, change: Mapping[str, Any]) -> None:
        self.world, self.told = replace(self.world, **change), False

    @rule()
    def all_is_well_again(self) -> None:
        self.world, self.told = World(at=self.world.at), False

    # ── what holds ───────────────────────────────────────────────────────────────────────────

    @invariant()
    def hold_true(self) -> None:
        plan = self.plan
        if plan is None:
            return
        hold_consent(plan)
        if self.told and plan.state is PlanState.ACCEPTED:
            assert plan.flag_codes or not self.stopped(), "an accepted plan stands unflagged"
        assert len(plan.earlier_terms) >= self.terms_seen, "history only grows"
        self.terms_seen = len(plan.earlier_terms)
        assert all(term.terms_version < plan.terms_version for term in plan.earlier_terms)


PlanMachine.TestCase.settings = settings(max_examples=150, stateful_step_count=30, deadline=None)
TestAnyOrder = PlanMachine.TestCase
