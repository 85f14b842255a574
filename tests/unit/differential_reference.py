"""What must hold of every contact after a night, from the words of the design, the posts and the deeds alone."""

from datetime import datetime

from accord.domain.changes import Erased, Left, Upserted
from accord.domain.connection import ExistingContacts
from accord.domain.consent import ConsentStatus
from accord.domain.contact import MAILED, Contact, ContactStatus
from accord.domain.member import Member, MemberState
from accord.domain.reasons import Status
from accord.domain.values import BEGINNING
from tests.builders import key_of
from tests.unit.differential_world import FIELDS, FOREIGN, Hand, Raised, World

STANDINGS = {
    ContactStatus.UNSUBSCRIBED: {Status.UNSUBSCRIBED},
    ContactStatus.CLEANED: {Status.BOUNCED},
    ContactStatus.ARCHIVED: {Status.ARCHIVED_IN_MAILCHIMP},
    None: {Status.DELETED_IN_MAILCHIMP},
}
"""How somebody who agreed stands by what was last done to their contact."""


def holds(world: World) -> None:
    """All of it; the first thing that does not hold is an AssertionError."""
    for raised in world.audience.raised:
        somebody_agreed_to(world, raised)
    for person in world.audience.people.values():
        what_is_foreign_is_as_others_left_it(world, person.contact)
        who_declined_is_not_mailed(world, person.contact)
    for id_ in world.posts:
        a_member_is_shown_as_upstream_says(world, id_)


# --- what upstream said ----------------------------------------------------------------------------------------------


def said(world: World, id_: str, until: datetime, status: ConsentStatus) -> datetime | None:
    """When a member opted in, or out, by the newest statement that had come until then."""
    moments = []
    for post in world.posts[id_]:
        if post.received_at > until or isinstance(post.change, Erased):
            break
        consent = post.change.member.consent if isinstance(post.change, Upserted) else None
        if consent is not None and consent.status is status:
            timeless = BEGINNING if status is ConsentStatus.OPTED_IN else post.received_at
            moments.append(consent.at or timeless)
    return max(moments, default=None)


def stands_out(world: World, id_: str, until: datetime) -> bool:
    out, in_ = (said(world, id_, until, each) for each in (ConsentStatus.OPTED_OUT, ConsentStatus.OPTED_IN))
    return out is not None and (in_ is None or in_ <= out)


def shown(world: World, id_: str, until: datetime) -> Member | None:
    """The member as upstream last said they are; None: they left, cancelled where that archives, or were erased."""
    last: Member | None = None
    for post in world.posts[id_]:
        match post.change:
            case _ if post.received_at > until:
                break
            case Upserted(member=member):
                last = member
            case Left():
                last = None
            case Erased():
                return None
    return last if last is not None and last.state is not MemberState.CANCELLED else None


def place(world: World, id_: str, until: datetime) -> str | None:
    """Upstream's address, or the one that the contact there was given in Mailchimp since upstream named it."""
    named: str | None = None
    here: str | None = None
    posts = [(p.received_at, p.change.member.email) for p in world.posts[id_] if isinstance(p.change, Upserted)]
    happened = sorted([(at, None, email) for at, email in posts] + [(at, old, new) for at, old, new in world.moves])
    for at, old, new in happened:
        if at > until:
            break
        if old is None:
            here, named = (new if new != named else here), new
        elif old == here:
            here = new
    return here


def named(world: World, id_: str, until: datetime) -> str | None:
    """The address that upstream said last."""
    posts = [p for p in world.posts[id_] if isinstance(p.change, Upserted) and p.received_at <= until]
    return posts[-1].change.member.email if posts and isinstance(posts[-1].change, Upserted) else None


def addresses(world: World, id_: str) -> set[str]:
    """All that were ever theirs."""
    moments = [p.received_at for p in world.posts[id_]] + [at for at, _, _ in world.moves]
    both = ((place(world, id_, at), named(world, id_, at)) for at in moments)
    return {email for pair in both for email in pair if email is not None}


def alone(world: World, id_: str) -> bool:
    """Whether nobody else ever had an address of theirs, in whatever way."""
    mine = addresses(world, id_)
    others = [addresses(world, other) for other in world.posts if other != id_]
    return not any(mine & theirs for theirs in others)


# --- consent ---------------------------------------------------------------------------------------------------------


def somebody_agreed_to(world: World, raised: Raised) -> None:
    """Promises 1, 2 and 3, as far as can be said without a memory: somebody who is there agreed, nobody who is there
    declined, and who had opted out in Mailchimp is asked at most."""
    at = raised.at
    present = [id_ for id_ in world.posts if shown(world, id_, at) is not None]
    here = [id_ for id_ in present if raised.email in {place(world, id_, at), named(world, id_, at)}]
    confirmed = [when for when, what in _will(world, raised) if what == "subscribed" and when <= at]
    agreed = [id_ for id_ in here if said(world, id_, at, ConsentStatus.OPTED_IN) is not None]
    assert agreed or (here and confirmed), f"{raised}: nobody agreed"
    declined = [id_ for id_ in here if stands_out(world, id_, at) and _only_there(world, id_, raised.email, at)]
    assert not declined or confirmed, f"{raised}: {declined} declined"
    will = [
        (when, what) for when, what in _will(world, raised) if when <= at and what in {"unsubscribed", "subscribed"}
    ]
    if will and will[-1][1] == "unsubscribed":
        since = [id_ for id_ in here if (said(world, id_, at, ConsentStatus.OPTED_IN) or BEGINNING) > will[-1][0]]
        assert since, f"{raised}: opted out in Mailchimp, and nobody agreed since"
        assert raised.status is ContactStatus.PENDING, f"{raised}: opted out in Mailchimp, and not asked"


def _only_there(world: World, id_: str, email: str, at: datetime) -> bool:
    """Whether that is their address, whoever of those who share one a contact that moved went along with."""
    return place(world, id_, at) == email and named(world, id_, at) == email


def _will(world: World, raised: Raised) -> list[tuple[datetime, str]]:
    hand = world.hands.get(raised.contact_id or "", Hand())
    return hand.will


def who_declined_is_not_mailed(world: World, contact: Contact) -> None:
    """Nobody whose last word in Mailchimp was no is mailed without being asked; nobody who declined upstream is."""
    hand = world.hands.get(contact.contact_id or "", Hand())
    raised = [each for each in world.audience.raised if each.contact_id == contact.contact_id]
    words = [(at, what) for at, what in hand.will if what in {"subscribed", "unsubscribed"}]
    words += [(each.at, "asked" if each.status is ContactStatus.PENDING else "raised") for each in raised]
    last = max(words, default=None)
    if last is not None and last[1] == "unsubscribed":
        assert contact.status not in MAILED, "an opt-out in Mailchimp is undone"
    now = world.now
    for id_ in world.posts:
        member = shown(world, id_, now)
        if member is None or not stands_out(world, id_, now) or not _only_there(world, id_, contact.email, now):
            continue
        out = said(world, id_, now, ConsentStatus.OPTED_OUT) or BEGINNING
        own = alone(world, id_) and any(at > out and what == "subscribed" for at, what in hand.will)
        assert own or contact.status not in MAILED, f"{id_} opted out upstream and is mailed"


# --- what is not ours ------------------------------------------------------------------------------------------------


def what_is_foreign_is_as_others_left_it(world: World, contact: Contact) -> None:
    """Promise 5: fields that are mapped to nothing, tags that upstream never gave, and whole contacts of nobody."""
    hand = world.hands.get(contact.contact_id or "", Hand())
    assert hand.tags <= set(contact.tags), "a tag of others is gone"
    if FOREIGN in hand.fields:
        assert contact.merge_fields.get(FOREIGN) == hand.fields[FOREIGN][0], "a field of others is changed"
    concerned = {email for id_ in world.posts for email in addresses(world, id_)}
    made = contact.contact_id in world.audience.made
    if made or contact.email in concerned or any(contact.email == new for _, _, new in world.moves):
        return
    assert contact.status is hand.status, "the status of a contact of nobody is changed"
    for tag, (value, _) in hand.fields.items():
        assert contact.merge_fields.get(tag) == value, "a field of a contact of nobody is changed"
    assert set(contact.tags) == hand.tags


# --- who is in care --------------------------------------------------------------------------------------------------


def a_member_is_shown_as_upstream_says(world: World, id_: str) -> None:
    """Of members who agree and share their addresses with nobody: their contact, and how they stand."""
    now = world.now
    member, email = shown(world, id_, now), place(world, id_, now)
    opted_in = said(world, id_, now, ConsentStatus.OPTED_IN)
    if member is None or email is None or opted_in is None or stands_out(world, id_, now) or not alone(world, id_):
        return
    if said(world, id_, now, ConsentStatus.OPTED_OUT) or any(
        not isinstance(p.change, Upserted) for p in world.posts[id_]
    ):
        return
    places = addresses(world, id_)
    contact = world.audience.of(email)
    deeds = [deed for each in places for deed in world.touched[each]]
    if len(places) == 1 and deeds:
        _stands(world, id_, email, contact)
    if deeds or any(
        p.change.member.state is MemberState.CANCELLED for p in world.posts[id_] if isinstance(p.change, Upserted)
    ):
        return
    assert contact is not None, f"{id_} agreed and has no contact"
    assert contact.status in {world.policy.first_status, ContactStatus.SUBSCRIBED}, f"{id_} agreed and is not mailed"
    record = world.scene.record(id_)
    assert record.status in {Status.SYNCED, Status.AWAITING_CONFIRMATION}
    assert record.place == key_of(email), f"{id_}: the address that was chosen in Mailchimp is not followed"
    _shows(world, id_, contact, member)


def _stands(world: World, id_: str, email: str, contact: Contact | None) -> None:
    """Where what was last done to the only contact is more than what upstream said since."""
    status = contact.status if contact is not None else None
    agreed = said(world, id_, world.now, ConsentStatus.OPTED_IN) or BEGINNING
    first = min(p.received_at for p in world.posts[id_])
    if status in STANDINGS and agreed < first and contact is not None and contact.status in STANDINGS:
        record = world.scene.record(id_)
        fits = {*STANDINGS[status], Status.UNSUBSCRIBED, Status.BOUNCED, Status.ARCHIVED_IN_MAILCHIMP}
        fits |= {Status.DELETED_IN_MAILCHIMP}
        assert record.status in fits, f"{id_} is {record.status}, the contact {status}"
        if world.touched[email] == [status.value] if status is not None else False:
            assert record.status in STANDINGS[status], f"{id_} is {record.status}, the contact {status}"
    if status is None and world.touched[email][-1] == "deleted":
        assert world.scene.record(id_).status in {*STANDINGS[None], Status.UNSUBSCRIBED}, "deleted, and not known to be"


def _shows(world: World, id_: str, contact: Contact, member: Member) -> None:
    hand = world.hands.get(contact.contact_id or "", Hand())
    foreign = contact.contact_id not in world.audience.made
    existing = world.policy.existing_contacts if foreign else ExistingContacts.OVERWRITE
    wanted = dict(zip(FIELDS, (member.first_name, member.last_name, member.plan), strict=True))
    if existing is ExistingContacts.LEAVE:
        assert {t: contact.merge_fields.get(t) for t in hand.fields} == {t: v for t, (v, _) in hand.fields.items()}
        assert set(contact.tags) == hand.tags
        assert contact.language == (hand.language or "")
        return
    for tag, value in wanted.items():
        now, by_hand = contact.merge_fields.get(tag, ""), hand.fields.get(tag)
        if existing is ExistingContacts.FILL_BLANKS and by_hand is not None:
            assert now == by_hand[0] or now == value, f"{id_}: {tag} is not as somebody left it"
        elif value:
            assert now == value, f"{id_}: {tag} is not upstream's"
        else:
            theirs = by_hand[0] if by_hand is not None else ""
            assert now in {"", theirs}, f"{id_}: {tag} is a value that upstream took back"
            if by_hand is not None and not _given_since(world, id_, tag, by_hand[1]):
                assert now == theirs, f"{id_}: {tag} was somebody else's, and is cleared"
    tags = {tag.casefold() for tag in contact.tags}
    if existing is ExistingContacts.OVERWRITE:
        assert {tag.casefold() for tag in member.tags} <= tags, f"{id_}: tags are missing"
        assert not member.language or contact.language == member.language, f"{id_}: the language is not upstream's"
        assert not member.groups or contact.interests.get("i-garden"), f"{id_}: a group is missing"
    assert tags <= {*(t.casefold() for t in hand.tags), *(t.casefold() for t in member.tags)}, f"{id_}: old tags stay"
    if not member.groups:
        assert not contact.interests.get("i-garden"), f"{id_}: an old group stays"


def _given_since(world: World, id_: str, tag: str, at: datetime) -> bool:
    """Whether upstream had a value for the field when it was changed by hand, or since."""
    posts = [(p.received_at, p.change.member) for p in world.posts[id_] if isinstance(p.change, Upserted)]
    before = [member for when, member in posts if when <= at][-1:]
    after = [member for when, member in posts if when > at]
    name = {"FNAME": "first_name", "LNAME": "last_name", "PLAN": "plan"}[tag]
    return any(getattr(member, name) for member in (*before, *after))
