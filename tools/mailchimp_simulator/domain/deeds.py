"""What people do with their own subscription, and what the newsletter's owner does in Mailchimp's pages."""

from collections.abc import Callable

from tools.mailchimp_simulator.domain.addresses import checked, digest
from tools.mailchimp_simulator.domain.audience import Audience
from tools.mailchimp_simulator.domain.body import Body, one_of, required
from tools.mailchimp_simulator.domain.compliance import permit
from tools.mailchimp_simulator.domain.contact import WRITABLE, Contact, Source, Standing, Status
from tools.mailchimp_simulator.domain.member_body import draft
from tools.mailchimp_simulator.domain.problems import Problem
from tools.mailchimp_simulator.domain.segments import tag_name, tag_names


class Impossible(Exception):
    """The deed can not be done as things are: the simulator's user made a mistake. The text says which."""


Deed = Callable[[Audience, str, Body, int], None]


def do_as_person(audience: Audience, email: str, body: Body, now: int) -> None:
    """`body["deed"]` done by the person; raises Impossible. Webhooks see the source `user`."""
    _do(_PERSON, audience, email, body, now)


def do_as_staff(audience: Audience, email: str, body: Body, now: int) -> None:
    """`body["deed"]` done by the newsletter's owner; raises Impossible. Webhooks see the source `admin`."""
    _do(_STAFF, audience, email, body, now)


def _do(deeds: dict[str, Deed], audience: Audience, email: str, body: Body, now: int) -> None:
    deed = deeds.get(str(body.get("deed")))
    if deed is None:
        raise Impossible(f"deed must be one of: {', '.join(deeds)}; it is {body.get('deed')!r}")
    try:
        deed(audience, email, body, now)
    except Problem as problem:
        raise Impossible(
            "; ".join([problem.detail, *(f"{name}: {said}" for name, said in problem.errors)])
        ) from problem


def _known(audience: Audience, email: str, *statuses: Status) -> Contact:
    contact = audience.of_email(email)
    if contact is None:
        raise Impossible(f"{email} is not in the audience {audience.id}")
    if statuses and contact.status not in statuses:
        raise Impossible(f"{email} is {contact.status}; this needs one who is {' or '.join(statuses)}")
    return contact


def _subscribe(audience: Audience, email: str, body: Body, now: int) -> None:
    """Through the audience's own form: ends every earlier standing; asks for a confirmation with double opt-in."""
    status = Status.PENDING if audience.settings.get("double_optin") else Status.SUBSCRIBED
    known = audience.of_email(checked(email))
    wanted = draft(audience, known, body, skip_required=True)
    audience.forgotten.discard(digest(email))
    contact = known or audience.add(email, status, now)
    changed = wanted.write(contact)
    if status is Status.SUBSCRIBED:
        contact.standing = Standing.FREE
    if known is None:
        contact.put("source", "Hosted Signup Form")
        audience.begin(contact, status, now, Source.USER)
        return
    if known.status is Status.SUBSCRIBED:
        status = Status.SUBSCRIBED
    if not audience.give_status(contact, status, now, Source.USER) and changed:
        audience.touch(contact, now)
        audience.announce("profile", contact, Source.USER, now)


def _unsubscribe(audience: Audience, email: str, body: Body, now: int) -> None:
    contact = _known(audience, email, *(WRITABLE - {Status.CLEANED}))
    if contact.standing is Standing.FREE:
        contact.standing = Standing.LEFT
    contact.put("unsubscribe_reason", str(body.get("reason", "None given")))
    if not audience.give_status(contact, Status.UNSUBSCRIBED, now, Source.USER):
        audience.touch(contact, now)


def _confirm(audience: Audience, email: str, body: Body, now: int) -> None:
    contact = _known(audience, email, Status.PENDING)
    contact.standing = Standing.FREE
    audience.give_status(contact, Status.SUBSCRIBED, now, Source.USER)


def _complain(audience: Audience, email: str, body: Body, now: int) -> None:
    contact = _known(audience, email, Status.SUBSCRIBED, Status.UNSUBSCRIBED, Status.TRANSACTIONAL)
    contact.standing = Standing.COMPLAINED
    contact.put("unsubscribe_reason", "abuse")
    if not audience.give_status(contact, Status.UNSUBSCRIBED, now, Source.USER, reason="abuse"):
        audience.touch(contact, now)


def _hard_bounce(audience: Audience, email: str, body: Body, now: int) -> None:
    contact = _known(audience, email, Status.SUBSCRIBED, Status.TRANSACTIONAL, Status.PENDING)
    audience.give_status(contact, Status.CLEANED, now, Source.USER)


def _change_email(source: Source) -> Deed:
    def change(audience: Audience, email: str, body: Body, now: int) -> None:
        contact, new = _known(audience, email, *WRITABLE), checked(required(body, "new_email"))
        if audience.of_email(new) not in (None, contact):
            raise Impossible(f"{new} is in the audience already")
        audience.readdress(contact, new, now, source)

    return change


def _edit(source: Source) -> Deed:
    def edit(audience: Audience, email: str, body: Body, now: int) -> None:
        contact = _known(audience, email)
        if draft(audience, contact, body, skip_required=True).write(contact):
            audience.touch(contact, now)
            audience.announce("profile", contact, source, now)
        if "new_email" in body:
            _change_email(source)(audience, email, body, now)

    return edit


def _archive(audience: Audience, email: str, body: Body, now: int) -> None:
    """Unlike the API, the pages archive whoever is there (uncertain)."""
    audience.give_status(_known(audience, email, *WRITABLE), Status.ARCHIVED, now, Source.ADMIN)


def _unarchive(audience: Audience, email: str, body: Body, now: int) -> None:
    """Unlike the API, the pages bring back the earlier status; a pending contact gets no second mail."""
    contact = _known(audience, email, Status.ARCHIVED)
    before: Status = contact.get("before_archive")
    if before is Status.PENDING:
        audience.set_status(contact, before, now)
    else:
        audience.give_status(contact, before, now, Source.ADMIN)


def _delete_permanently(audience: Audience, email: str, body: Body, now: int) -> None:
    audience.forget(_known(audience, email), now, Source.ADMIN)


def _tag(audience: Audience, email: str, body: Body, now: int) -> None:
    audience.segments.tag([_known(audience, email)], tag_name(body), now)


def _untag(audience: Audience, email: str, body: Body, now: int) -> None:
    contact, segment = _known(audience, email), audience.segments.tag_named(tag_name(body))
    if segment is None or not audience.segments.take([contact], segment, now):
        raise Impossible(f"{email} does not have the tag {body['name']}")


def _add_contact(audience: Audience, email: str, body: Body, now: int) -> None:
    """`status` (subscribed unless given), `merge_fields`, `tags`; forgotten and non-compliant addresses are refused."""
    email, status = checked(email), Status(one_of(body, "status", WRITABLE, Status.SUBSCRIBED))
    known = audience.of_email(email)
    if known and known.status is not Status.ARCHIVED:
        raise Impossible(f"{email} is in the audience already")
    if digest(email) in audience.forgotten:
        raise Impossible(f"{email} was permanently deleted; only the person can come back, by the form")
    permit(email, known.standing if known else Standing.FREE, status)
    wanted, tags = draft(audience, known, body, skip_required=True), tag_names(body)
    contact = known or audience.add(email, status, now)
    wanted.write(contact)
    contact.put("source", "Admin Add")
    if known:
        audience.give_status(contact, status, now, Source.ADMIN)
    else:
        audience.begin(contact, status, now, Source.ADMIN)
    for tag in tags:
        audience.segments.tag([contact], tag, now)


_PERSON: dict[str, Deed] = {
    "subscribe": _subscribe,
    "unsubscribe": _unsubscribe,
    "confirm": _confirm,
    "change_email": _change_email(Source.USER),
    "update_profile": _edit(Source.USER),
    "complain": _complain,
    "hard_bounce": _hard_bounce,
}
_STAFF: dict[str, Deed] = {
    "archive": _archive,
    "unarchive": _unarchive,
    "delete_permanently": _delete_permanently,
    "edit": _edit(Source.ADMIN),
    "tag": _tag,
    "untag": _untag,
    "add_contact": _add_contact,
}
