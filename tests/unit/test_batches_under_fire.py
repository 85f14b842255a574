"""The worker and the collector of batches among crashes, lost and late results, opt-outs and erasures.

Every update goes out in a batch here, which Mailchimp works off when it pleases, change by change.
"""

from dataclasses import replace
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule

from accord.domain.batching import awaits_erasure
from accord.domain.changes import Erased
from accord.domain.contact import MAILED
from accord.domain.reasons import Status
from accord.ports.batches import BatchResult
from accord.usecases.sync_members import SyncMembers
from tests.builders import a_member, erased, opted_out, upserted
from tests.scene import Scene
from tests.unit.test_sync_members_under_fire import (
    EMAILS,
    FEWER,
    IDS,
    Crash,
    Fate,
    Fateful,
    UnderFire,
    _email,
    arrows,
    troubles,
)


class UnderFireInBatches(UnderFire):
    """Upstream posts, and Mailchimp works in the background."""

    def __init__(self) -> None:
        super().__init__()
        self.scene = Scene(batch_above=0)
        self.gone: set[str] = set()
        self.lost: set[str] = set()
        self.scene.batches.answer = self._told

    def _told(self, result: BatchResult) -> BatchResult | None:
        return None if result.name in self.lost else result

    @initialize()
    def all_are_in_agreement_and_change(self) -> None:
        """So that there is something to change, and a batch that may be overtaken."""
        for plan in ("", "Day"):
            at = self.scene.clock.now()
            members = zip(IDS, EMAILS, strict=True)
            changes = [upserted(a_member(email, plan=plan), id_, at=at) for id_, email in members]
            self.posted += changes
            self.scene.post(*changes)
            self.scene.clock.pass_(1)

    @rule(data=st.data(), changes=st.integers(1, 3))
    def mailchimp_works(self, data: st.DataObject, changes: int) -> None:
        if known := self.scene.batches.known:
            self.scene.batches.work_off(changes, only=data.draw(st.sampled_from(sorted(known))))

    @rule(id_=st.sampled_from(IDS), plan=st.sampled_from(("Day", "Night", "Weekend")))
    def a_member_changes_plan(self, id_: str, plan: str) -> None:
        newest, now = self._newest(id_), self.scene.clock.now()
        if newest is not None and newest.email is not None:
            changed = upserted(newest.model_copy(update={"plan": plan}), id_, at=now)
            self.posted.append(changed)
            self.scene.post(changed)
            self.scene.clock.pass_(1)

    @rule(data=st.data())
    def mailchimp_loses_a_batch(self, data: st.DataObject) -> None:
        if known := self.scene.batches.known:
            del known[data.draw(st.sampled_from(sorted(known)))]

    @rule(data=st.data())
    def mailchimp_loses_a_result(self, data: st.DataObject) -> None:
        if names := sorted(r.name for batch in self.scene.batches.known.values() for r in batch.results):
            self.lost.add(data.draw(st.sampled_from(names)))

    @rule(plan=troubles, crash_at=arrows, other_at=arrows)
    def batches_are_collected(self, plan: list[Any], crash_at: int | None, other_at: int | None) -> None:
        upcoming = iter(plan)
        self.scene.audience.trouble = lambda _name: next(upcoming, None)
        try:
            self._collector(Fate(crash_at, other_at, self.scene.collect))(self._deadline())
        except Crash:
            pass
        finally:
            self.scene.audience.trouble = lambda _name: None

    @rule(id_=st.sampled_from(IDS))
    def a_member_declines_and_it_is_carried_at_once(self, id_: str) -> None:
        """However long a batch takes: once a worker had its way, nobody who declined is mailed."""
        newest, now = self._newest(id_), self.scene.clock.now()
        if newest is None or newest.email is None or id_ in self.gone:
            return
        declined = upserted(a_member(newest.email, consent=opted_out(now)), id_, at=now)
        self.posted.append(declined)
        self.scene.post(declined)
        record, busy = self.scene.record(id_), self._in_other_hands()
        self.scene.clock.pass_(1)
        assert busy or record.due_at is None or self.scene.seen(newest.email) not in MAILED

    def _in_other_hands(self) -> bool:
        """Whether a worker that died, or a call without an answer, still has an address."""
        now = self.scene.clock.now()
        attempts = [a.attempt for a in self.scene.ledger.stored_addresses.values() if a.attempt is not None]
        return any(t.until > now and (t.batch is None or t.until != t.batch.until) for t in attempts)

    @rule(id_=st.sampled_from(IDS))
    def upstream_erases(self, id_: str) -> None:
        self.gone.add(id_)
        self._enqueue(erased(id_, at=self.scene.clock.now()))

    def _worker(self, fate: Fate) -> SyncMembers:
        batches: Any = Fateful(self.scene.batches, fate)
        open_: Any = Fateful(self.scene.open_batches, fate)
        worker = super()._worker(fate)
        batching = replace(worker.batching, batches_of=lambda _: batches, open_batches=open_)
        return replace(worker, batching=batching)

    def _collector(self, fate: Fate) -> Any:
        ledger: Any = Fateful(self.scene.ledger, fate)
        batches: Any = Fateful(self.scene.batches, fate)
        open_: Any = Fateful(self.scene.open_batches, fate)
        return replace(
            self.scene.collect_batches, ledger=ledger, open_batches=open_, batches_of=lambda _connection: batches
        )

    @invariant()
    def a_batch_carries_no_status_and_no_address(self) -> None:
        for batch in self.scene.batches.known.values():
            assert all(change.patch.status is None and change.patch.email is None for change in batch.waiting)

    @invariant()
    def nobody_counts_as_erased_while_a_batch_may_write_where_they_were(self) -> None:
        stored = {address.key: address for address in self.scene.ledger.stored_addresses.values()}
        for record in self.scene.ledger.stored_records.values():
            if record.status is Status.ERASED:
                held = [stored[each.key] for each in record.addresses if each.key in stored]
                assert not any(awaits_erasure(address) for address in held)

    def teardown(self) -> None:
        super().teardown()
        self.scene.pass_(3 * 3600)
        self.scene.collect()
        self.scene.settle_all()
        assert self.scene.open_batches.all() == []
        for email in EMAILS:
            ever = {arrived.change.id for arrived in self.posted if _email(arrived) == email}
            if ever and ever <= self.gone:
                assert self.scene.seen(email) is None, "somebody who was erased is still there"

    def _agrees(self, email: str) -> None:
        """Of who shares an address with somebody who was erased, other tests tell."""
        ever = {a.change.id for a in self.posted if getattr(a.change, "member", None)}
        if not ever & self.gone:
            super()._agrees(email)

    def _newest(self, id_: str) -> Any:
        erasures = [a for a in self.posted if a.change.id == id_ and isinstance(a.change, Erased)]
        return None if erasures else super()._newest(id_)


TestUnderFireInBatches = UnderFireInBatches.TestCase
TestUnderFireInBatches.settings = settings(FEWER, max_examples=FEWER.max_examples // 3)
