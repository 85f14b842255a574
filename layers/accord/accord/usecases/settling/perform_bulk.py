"""Many members in few calls: creations 500 at a time, and one call a tag. One answer for each member, in order."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from accord.domain import outcome
from accord.domain.actions import Create, Look, Tag
from accord.domain.address import Effect
from accord.domain.connection import AudienceSetup
from accord.domain.contact import Contact
from accord.domain.folding import KeyOf
from accord.errors import AccordError, Rejected
from accord.ports import Audience
from accord.usecases.settling.member_work import MemberWork
from accord.usecases.settling.perform_action import looked

BULK = 500
"""Mailchimp's limit for a bulk creation, and for the contacts of one tag call (FACTS section 4)."""
LOOKS = 10
"""From so many contacts on, a listing of what changed costs fewer calls than reading each."""
OVERLAP = timedelta(minutes=1)
"""By how much the clocks of Mailchimp and Accord may differ."""


def create_contacts(
    audience: Audience, orders: Sequence[tuple[MemberWork, Create]], at: datetime
) -> list[MemberWork | AccordError]:
    """Create 500 contacts at most. When Mailchimp refuses a whole call, its halves are tried, so that one contact
    that it can not digest does not hold up the others."""
    try:
        answers = audience.create([action.contact for _, action in orders])
    except Rejected as refused:
        if len(orders) == 1:
            return [refused]
        half = len(orders) // 2
        return create_contacts(audience, orders[:half], at) + create_contacts(audience, orders[half:], at)
    except AccordError as error:
        return [error] * len(orders)
    return [
        answer if isinstance(answer, Rejected) else _created(work, action, answer, at)
        for (work, action), answer in zip(orders, answers, strict=True)
    ]


def _created(work: MemberWork, action: Create, hash_: str, at: datetime) -> MemberWork:
    address = outcome.created(work.addresses[action.key], action, hash_, at)
    return replace(work.with_addresses(address), contact=None, done=(*work.done, action))


def asks_for_creation(work: MemberWork, action: Look) -> bool:
    """Whether all that is to be found out is if a creation of unknown effect made the contact."""
    address = work.addresses[action.key]
    if address.seen is not None or address.attempt is None or address.attempt.begun is None:
        return False
    return work.must_look is None and {*address.attempt.effects} <= {Effect.CREATE, Effect.TAG, Effect.OBSERVE}


def find_created(
    audience: Audience, orders: Sequence[tuple[MemberWork, Look]], at: datetime, key_of: KeyOf
) -> list[MemberWork | AccordError]:
    """What became of creations of unknown effect, from one listing of what changed since the first of them began.

    A creation takes effect before its claim ends or not at all, so who is not listed was not created by it. Somebody
    else's contact may be there all the same: the next creation changes nothing of it, says so, and it is read then.
    """
    places = [work.addresses[action.key] for work, action in orders]
    began = min(address.attempt.begun for address in places if address.attempt and address.attempt.begun)
    wanted = {address.subscriber_hash for address in places}
    found: dict[str, Contact] = {}
    try:
        for page in audience.contacts(archived=False, since=began - OVERLAP):
            found |= {contact.subscriber_hash: contact for contact in page if contact.subscriber_hash in wanted}
            if len(found) == len(wanted):
                break
    except AccordError as error:
        return [error] * len(orders)
    return [
        replace(looked(work, place, found.get(place.subscriber_hash), at, key_of), done=(*work.done, action))
        for (work, action), place in zip(orders, places, strict=True)
    ]


@dataclass(slots=True)
class TagContacts:
    """Tags of many contacts, by whichever takes fewer calls: one a tag and 500 contacts, or one a contact."""

    audience: Audience
    setup: AudienceSetup
    save_setup: Callable[[AudienceSetup], None]

    def __call__(self, orders: Sequence[tuple[MemberWork, Tag]]) -> list[MemberWork | AccordError]:
        by_tag: dict[str, tuple[list[int], list[int]]] = defaultdict(lambda: ([], []))
        for index, (_, action) in enumerate(orders):
            for tag in action.change.add:
                by_tag[tag.casefold()][0].append(index)
            for tag in action.change.remove:
                by_tag[tag.casefold()][1].append(index)
        calls = sum(-(-max(len(add), len(remove)) // BULK) for add, remove in by_tag.values())
        errors = self._each_tag(orders, by_tag) if calls < len(orders) else self._each_contact(orders)
        return [errors.get(index) or _tagged(work, action) for index, (work, action) in enumerate(orders)]

    def _each_contact(self, orders: Sequence[tuple[MemberWork, Tag]]) -> dict[int, AccordError]:
        errors: dict[int, AccordError] = {}
        for index, (work, action) in enumerate(orders):
            try:
                self.audience.tag_contact(work.addresses[action.key].subscriber_hash, action.change)
            except AccordError as error:
                errors[index] = error
        return errors

    def _each_tag(
        self, orders: Sequence[tuple[MemberWork, Tag]], by_tag: dict[str, tuple[list[int], list[int]]]
    ) -> dict[int, AccordError]:
        names = {tag.casefold(): tag for _, action in orders for tag in (*action.change.add, *action.change.remove)}
        errors: dict[int, AccordError] = {}
        for folded, (add, remove) in by_tag.items():
            for part in range(0, max(len(add), len(remove)), BULK):
                some_add, some_remove = add[part : part + BULK], remove[part : part + BULK]
                try:
                    self._tag(names[folded], *([orders[i][1].email for i in some] for some in (some_add, some_remove)))
                except AccordError as error:
                    errors |= dict.fromkeys((*some_add, *some_remove), error)
        return errors

    def _tag(self, name: str, add: list[str], remove: list[str]) -> None:
        try:
            self.audience.tag_many(self._id(name), add, remove)
        except Rejected:  # somebody deleted the tag meanwhile: ids are learnt anew, once
            self.setup = self.audience.setup()
            self.audience.tag_many(self._id(name), add, remove)

    def _id(self, name: str) -> int:
        known = {tag.casefold(): id_ for tag, id_ in self.setup.tags.items()}
        if name.casefold() not in known:
            id_ = self.audience.create_tag(name)
            self.setup = self.setup.model_copy(update={"tags": self.setup.tags | {name: id_}})
            self.save_setup(self.setup)
            return id_
        return known[name.casefold()]


def _tagged(work: MemberWork, action: Tag) -> MemberWork:
    tagged = work.with_addresses(outcome.tagged(work.addresses[action.key], action.change))
    return replace(tagged, contact=None, done=(*work.done, action))
