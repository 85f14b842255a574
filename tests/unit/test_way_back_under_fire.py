"""The worker under fire while people and staff act in Mailchimp, and tell, late, twice, in any order or never.

Whatever was told or not, after one reading of the whole audience both sides agree, and no opt-out was lost.
"""

from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import rule

from accord.domain.audience_hint import AudienceHint, HintKind
from accord.domain.contact import MAILED, ContactStatus
from accord.domain.reasons import Status
from accord.ports import QueuedHint
from accord.usecases.apply_audience_events import ApplyAudienceEvents
from accord.usecases.reconciling.read_contact import ReadContact
from tests.builders import a_member, upserted
from tests.fakes import Trouble
from tests.nights import read_whole
from tests.unit.test_sync_members_under_fire import (
    EMAILS,
    IDS,
    Crash,
    Fate,
    Fateful,
    UnderFire,
    troubles,
)

emails = st.sampled_from(EMAILS)
near_arrows = st.none() | st.integers(1, 16)
turns = st.sampled_from((ContactStatus.UNSUBSCRIBED, ContactStatus.CLEANED, ContactStatus.ARCHIVED))


class WayBackUnderFire(UnderFire):
    """Beside all that: webhooks, changed addresses, bounces and archiving by staff."""

    def __init__(self) -> None:
        super().__init__()
        self.hints: list[QueuedHint] = []
        self.posted = [upserted(a_member(email), id_) for id_, email in zip(IDS, EMAILS, strict=True)]
        self.scene.post(*self.posted)
        self.scene.pass_(600)

    @rule(email=emails, to=emails, told=st.booleans())
    def a_person_changes_their_address(self, email: str, to: str, told: bool) -> None:
        contact = self.scene.audience.of(email)
        if contact is not None and contact.status is ContactStatus.SUBSCRIBED and self.scene.audience.of(to) is None:
            self.scene.audience.move(email, to)
            self._happened(HintKind.UPEMAIL, to, email, told=told)

    @rule(email=emails, status=turns, told=st.booleans())
    def a_contact_turns(self, email: str, status: ContactStatus, told: bool) -> None:
        """The person unsubscribes, the address bounces, or the staff archive the contact."""
        if self.scene.seen(email) is ContactStatus.SUBSCRIBED:
            self.scene.audience.turn(email, status, by_person=status is ContactStatus.UNSUBSCRIBED)
            self._happened(HintKind.UNSUBSCRIBE, email, told=told)

    @rule(kind=st.sampled_from(HintKind), email=emails, old_email=emails)
    def mailchimp_tells(self, kind: HintKind, email: str, old_email: str) -> None:
        """Something, true or not."""
        self._tell(kind, email, old_email if kind is HintKind.UPEMAIL else "")

    def _happened(self, kind: HintKind, email: str, old_email: str = "", *, told: bool) -> None:
        self.touched_by_people = True
        if told:
            self._tell(kind, email, old_email)

    def _tell(self, kind: HintKind, email: str, old_email: str) -> None:
        hint = AudienceHint(kind=kind, received_at=self.scene.clock.now(), email=email, old_email=old_email)
        self.hints.append(QueuedHint("burrow", hint))

    @rule(data=st.data(), twice=st.booleans(), plan=troubles, crash_at=near_arrows, other_at=near_arrows)
    def a_hint_is_applied(
        self, data: st.DataObject, twice: bool, plan: list[Trouble | None], crash_at: int | None, other_at: int | None
    ) -> None:
        if not self.hints:
            return
        queued = data.draw(st.sampled_from(self.hints))
        upcoming = iter(plan)
        self.scene.audience.trouble = lambda _name: next(upcoming, None)
        other = self.queue[0] if self.queue else None
        fate = Fate(crash_at, other_at, lambda: self._worker(Fate())([other] if other else [], self._deadline()))
        try:
            self._applier(fate)([queued], self._deadline())
        except Crash:
            return
        finally:
            self.scene.audience.trouble = lambda _name: None
        if not twice:
            self.hints = [each for each in self.hints if each is not queued]
        self.hints += [again for again, _ in self.scene.hints.messages]
        self.scene.hints.messages = []
        self.queue += self.scene.members.messages
        self.scene.members.messages = []

    def _applier(self, fate: Fate) -> ApplyAudienceEvents:
        apply = self.scene.apply
        ledger: Any = Fateful(self.scene.ledger, fate)
        audience: Any = Fateful(self.scene.audience, fate)
        read = ReadContact(ledger, apply.clock, apply.read.key_of, apply.read.members)
        ears = self.scene.ears
        return ApplyAudienceEvents(ledger, lambda _: audience, apply.clock, apply.queue, read, ears, apply.timing)

    def _agrees(self, email: str) -> None:
        """At the end all are read once, whoever was told of what; then each member's status is what Mailchimp shows."""
        scene = self.scene
        scene.pass_(600)
        read_whole(scene)
        scene.settle_all()
        if not self.touched_by_people:
            super()._agrees(email)
        for id_ in IDS:
            record = scene.ledger.stored_records.get(("burrow", id_))
            if record is None or record.place is None:
                continue
            place = {scene.sync.key_of(each): each for each in EMAILS}[record.place]
            if self._memory(id_).stands_opted_out and record.presence == "present":
                assert scene.seen(place) not in MAILED, "an opt-out was lost"
            if record.status is Status.SYNCED and record.presence == "present":
                assert scene.seen(place) is ContactStatus.SUBSCRIBED, "the status says more than Mailchimp shows"


TestWayBackUnderFire = WayBackUnderFire.TestCase
TestWayBackUnderFire.settings = settings(
    max_examples=settings().max_examples // 5,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
