"""The worker among crashes, duplicates, reordering, interleaving and calls of unknown effect.

Whatever happens on the way, in the end Mailchimp's state equals the newest intent and no opt-out was lost.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from accord.domain.changes import Arrived, Upserted
from accord.domain.consent import Memory, memory_of
from accord.domain.contact import MAILED, ContactStatus
from accord.domain.reasons import ReasonCode
from accord.ports import QueuedChanges
from accord.usecases.settling import settle_members
from accord.usecases.sync_members import SyncMembers
from tests.builders import NOON, a_member, left, opted_in, opted_out, upserted
from tests.fakes import Trouble
from tests.scene import Scene

EMAILS = ("ada@pond.test", "bob@pond.test", "cid@pond.test")
IDS = ("m-1", "m-2", "m-3")


class Crash(BaseException):
    """The worker is gone between two of its steps. No `except Exception` may stop it."""


@dataclass(slots=True)
class Fate:
    """What happens to one run of a worker: at which arrow it dies, or another worker runs in between."""

    crash_at: int | None = None
    other_at: int | None = None
    other: Callable[[], object] | None = None
    arrows: int = 0

    def arrow(self) -> None:
        self.arrows += 1
        if self.arrows == self.crash_at:
            raise Crash
        if self.arrows == self.other_at and self.other is not None:
            other, self.other = self.other, None
            other()


class Fateful:
    """A port with an arrow before and after each of its calls."""

    def __init__(self, port: object, fate: Fate) -> None:
        self._port = port
        self._fate = fate

    def __getattr__(self, name: str) -> Callable[..., Any]:
        method = getattr(self._port, name)

        def call(*args: Any, **kwargs: Any) -> Any:
            self._fate.arrow()
            result = method(*args, **kwargs)
            self._fate.arrow()
            return result

        return call


consents = st.one_of(
    st.none(),
    st.integers(0, 200).map(lambda m: opted_in(NOON.replace(hour=m // 60, minute=m % 60))),
    st.integers(0, 200).map(lambda m: opted_out(NOON.replace(hour=m // 60, minute=m % 60))),
    st.just(opted_in(None)),
)
members = st.builds(
    lambda email, plan, consent, tags: a_member(email, plan=plan, consent=consent, tags=tags),
    st.sampled_from((*EMAILS, *EMAILS, None)),
    st.sampled_from(("", "Day", "Night")),
    consents,
    st.sampled_from(((), ("Clients",), ("Clients", "New"))),
)
troubles = st.lists(st.sampled_from([None, None, *Trouble]), max_size=6)
arrows = st.none() | st.integers(1, 60)


class UnderFire(RuleBasedStateMachine):
    """Upstream posts; messages are delivered in any order, twice, by workers that die or overlap."""

    def __init__(self) -> None:
        super().__init__()
        self.scene = Scene()
        self.queue: list[QueuedChanges] = []
        self.posted: list[Arrived] = []
        self.touched_by_people = False

    @rule(id_=st.sampled_from(IDS), member=members, lag=st.integers(0, 3))
    def upstream_posts(self, id_: str, member: Any, lag: int) -> None:
        at = self.scene.clock.now()
        arrived = upserted(member, id_, at=at.replace(microsecond=lag)).model_copy(update={"received_at": at})
        self._enqueue(arrived)

    @rule(id_=st.sampled_from(IDS))
    def upstream_deletes(self, id_: str) -> None:
        self._enqueue(left(id_, at=self.scene.clock.now()))

    @rule(one=members, other=members)
    def two_members_swap_addresses(self, one: Any, other: Any) -> None:
        at = self.scene.clock.now()
        self._enqueue(
            upserted(one.model_copy(update={"email": other.email}), IDS[0], at=at),
            upserted(other.model_copy(update={"email": one.email}), IDS[1], at=at),
        )

    def _enqueue(self, *changes: Arrived) -> None:
        self.posted += changes
        self.queue.append(QueuedChanges("burrow", changes=changes))
        self.scene.clock.pass_(1)

    @rule(data=st.data(), twice=st.booleans(), plan=troubles, crash_at=arrows, other_at=arrows)
    def a_message_is_delivered(
        self, data: st.DataObject, twice: bool, plan: list[Trouble | None], crash_at: int | None, other_at: int | None
    ) -> None:
        if not self.queue:
            return
        message = data.draw(st.sampled_from(self.queue))
        fate = Fate(crash_at, other_at, lambda: self._worker(Fate())([message], self._deadline()))
        if self._survives(fate, [message], plan) and not twice:
            self.queue = [queued for queued in self.queue if queued is not message]

    @rule(plan=troubles, crash_at=arrows)
    def due_members_are_offered(self, plan: list[Trouble | None], crash_at: int | None) -> None:
        self._survives(Fate(crash_at), [QueuedChanges("burrow", due=self.scene.due())], plan)

    @rule(seconds=st.sampled_from((60, 180, 900)))
    def time_passes(self, seconds: int) -> None:
        self.scene.pass_(seconds)

    @rule()
    def a_lost_call_takes_effect(self) -> None:
        self.scene.audience.release_late()

    @rule(email=st.sampled_from(EMAILS))
    def a_person_unsubscribes(self, email: str) -> None:
        if self.scene.seen(email) in MAILED:
            self.scene.audience.turn(email, ContactStatus.UNSUBSCRIBED)
            self.touched_by_people = True

    def _survives(self, fate: Fate, messages: list[QueuedChanges], plan: list[Trouble | None]) -> bool:
        upcoming = iter(plan)
        self.scene.audience.trouble = lambda _name: next(upcoming, None)
        try:
            return not self._worker(fate)(messages, self._deadline()).failed
        except Crash:
            return False
        finally:
            self.scene.audience.trouble = lambda _name: None

    def _worker(self, fate: Fate) -> SyncMembers:
        sync = self.scene.sync
        ledger: Any = Fateful(self.scene.ledger, fate)
        audience: Any = Fateful(self.scene.audience, fate)
        return replace(sync, ledger=ledger, audience_of=lambda _: audience)

    def _deadline(self) -> datetime:
        return self.scene.clock.now().replace(year=2027)

    @invariant()
    def nobody_who_unsubscribed_in_mailchimp_is_subscribed_by_us(self) -> None:
        for person in self.scene.audience.people.values():
            assert not (person.own_unsubscribe and person.contact.status is ContactStatus.SUBSCRIBED)

    def teardown(self) -> None:
        self.scene.audience.release_late()
        for message in self.queue:
            self.scene.work(message)
        self.scene.settle_all()
        self._follow_the_next_step()
        for email in EMAILS:
            self._agrees(email)

    def _follow_the_next_step(self) -> None:
        """Where consent came hours after a profile was dropped, the status says: post the member again."""
        for id_ in IDS:
            record = self.scene.ledger.stored_records.get(("burrow", id_))
            if record is not None and record.reason.code is ReasonCode.PROFILE_NEEDED:
                newest = self._newest(id_)
                self.posted.append(upserted(newest, id_, at=self.scene.clock.now()))
                self.scene.post(self.posted[-1])
                self.scene.settle_all()

    def _agrees(self, email: str) -> None:
        holders = [id_ for id_ in IDS if (newest := self._newest(id_)) is not None and newest.email == email]
        status = self.scene.seen(email)
        if any(self._memory(id_).stands_opted_out for id_ in holders):
            assert status not in MAILED, "an opt-out was lost"
        if status is ContactStatus.SUBSCRIBED:
            assert any(self._memory(id_).opted_in_at for id_ in IDS), "nobody ever agreed"
            assert holders, "the contact stayed behind"
        ever = {arrived.change.id for arrived in self.posted if _email(arrived) == email} | set(holders)
        willing = all(self._memory(id_).opted_out_at is None for id_ in ever)
        agreeing = [id_ for id_ in holders if self._memory(id_).opted_in_at is not None]
        if willing and agreeing and not self.touched_by_people:
            assert status is ContactStatus.SUBSCRIBED, "a consenting member is missing"
            contact = self.scene.audience.of(email)
            assert contact is not None
            shown = [(contact.merge_fields.get("PLAN", ""), set(contact.tags))]
            wanted = [(m.plan, set(m.tags)) for id_ in agreeing if (m := self._newest(id_)) is not None]
            assert shown[0] in wanted, "the contact shows something older than the newest intent"

    def _newest(self, id_: str) -> Any:
        changes = [arrived for arrived in self.posted if arrived.change.id == id_]
        newest = max(changes, key=lambda a: a.position(self.scene.connection.order_by), default=None)
        return newest.change.member if newest is not None and isinstance(newest.change, Upserted) else None

    def _memory(self, id_: str) -> Memory:
        memory = Memory()
        for arrived in self.posted:
            statement = arrived.statement(self.scene.connection.order_by)
            if arrived.change.id == id_ and statement is not None:
                memory = memory.joined(memory_of(statement))
        return memory


def _email(arrived: Arrived) -> str | None:
    return arrived.change.member.email if isinstance(arrived.change, Upserted) else None


class UnderFireInBulk(UnderFire):
    """The same where the effect of creations is always found out by a listing, for whom the crowd is too small."""

    def __init__(self) -> None:
        super().__init__()
        self.patched = pytest.MonkeyPatch()
        self.patched.setattr(settle_members, "LOOKS", 1)

    def teardown(self) -> None:
        try:
            super().teardown()
        finally:
            self.patched.undo()


FEWER = settings(
    max_examples=settings().max_examples // 5,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
TestUnderFire, TestUnderFireInBulk = UnderFire.TestCase, UnderFireInBulk.TestCase
TestUnderFire.settings = TestUnderFireInBulk.settings = FEWER
