"""What people do with their own subscription, and what the newsletter's owner does in Mailchimp's pages."""

from tools.mailchimp_simulator.domain.addresses import checked, digest
from tools.mailchimp_simulator.domain.answering import answering
from tools.mailchimp_simulator.domain.audience import Audience
from tools.mailchimp_simulator.domain.body import Body, one_of, read, required
from tools.mailchimp_simulator.domain.compliance import permit
from tools.mailchimp_simulator.domain.contact import WRITABLE, Source, Standing, Status
from tools.mailchimp_simulator.domain.deed import Deed, Impossible, do, present
from tools.mailchimp_simulator.domain.mailing import Unsubscribe
from tools.mailchimp_simulator.domain.member_body import draft
from tools.mailchimp_simulator.domain.reading import READER, bounce, named
from tools.mailchimp_simulator.domain.segments import tag_name, tag_names


def do_as_person(audience: Audience, email: str, body: Body, now: int) -> None:
    """`body["deed"]` done by the person; raises Impossible. Webhooks see the source `user`."""
    do(_PERSON, audience, email, body, now)


def do_as_staff(audience: Audience, email: str, body: Body, now: int) -> None:
    """`body["deed"]` done by the newsletter's owner; raises Impossible. Webhooks see the source `admin`."""
    do(_STAFF, audience, email, body, now)


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
    """By the link in a campaign where one is named, else by the audience's own page."""
    contact = present(audience, email, *(WRITABLE - {Status.CLEANED}))
    sent, reason = named(audience, contact, body), read(body, "reason", str, "None given")
    if contact.standing is Standing.FREE:
        contact.standing = Standing.LEFT
    contact.put("unsubscribe_reason", reason)
    if sent:
        sent[0].mailing.unsubscribes[sent[1]] = Unsubscribe(now, reason)
    campaign_id = sent[0].id if sent else ""
    if not audience.give_status(contact, Status.UNSUBSCRIBED, now, Source.USER, campaign_id=campaign_id):
        audience.touch(contact, now)


def _confirm(audience: Audience, email: str, body: Body, now: int) -> None:
    contact = present(audience, email, Status.PENDING)
    contact.standing = Standing.FREE
    audience.give_status(contact, Status.SUBSCRIBED, now, Source.USER)


def _complain(audience: Audience, email: str, body: Body, now: int) -> None:
    """Within a campaign where one is named: counted among its abuse reports, not its unsubscribes (uncertain)."""
    contact = present(audience, email, Status.SUBSCRIBED, Status.UNSUBSCRIBED, Status.TRANSACTIONAL)
    sent = named(audience, contact, body)
    contact.standing = Standing.COMPLAINED
    contact.put("unsubscribe_reason", "abuse")
    if sent:
        sent[0].mailing.complaints[sent[1]] = now
    campaign_id = sent[0].id if sent else ""
    if not audience.give_status(contact, Status.UNSUBSCRIBED, now, Source.USER, "abuse", campaign_id):
        audience.touch(contact, now)


def _hard_bounce(audience: Audience, email: str, body: Body, now: int) -> None:
    contact = present(audience, email, Status.SUBSCRIBED, Status.TRANSACTIONAL, Status.PENDING)
    sent = named(audience, contact, body)
    if sent:
        bounce(*sent, "hard", now)
    audience.give_status(contact, Status.CLEANED, now, Source.USER, campaign_id=sent[0].id if sent else "")


def _change_email(source: Source) -> Deed:
    def change(audience: Audience, email: str, body: Body, now: int) -> None:
        contact, new = present(audience, email, *WRITABLE), checked(required(body, "new_email"))
        if audience.of_email(new) not in (None, contact):
            raise Impossible(f"{new} is in the audience already")
        audience.readdress(contact, new, now, source)

    return change


def _edit(source: Source) -> Deed:
    def edit(audience: Audience, email: str, body: Body, now: int) -> None:
        contact = present(audience, email)
        if draft(audience, contact, body, skip_required=True).write(contact):
            audience.touch(contact, now)
            audience.announce("profile", contact, source, now)
        if "new_email" in body:
            _change_email(source)(audience, email, body, now)

    return edit


def _archive(audience: Audience, email: str, body: Body, now: int) -> None:
    """Unlike the API, the pages archive whoever is there (uncertain)."""
    audience.give_status(present(audience, email, *WRITABLE), Status.ARCHIVED, now, Source.ADMIN)


def _unarchive(audience: Audience, email: str, body: Body, now: int) -> None:
    """Unlike the API, the pages bring back the earlier status; a pending contact gets no second mail."""
    contact = present(audience, email, Status.ARCHIVED)
    before: Status = contact.get("before_archive")
    if before is Status.PENDING:
        audience.set_status(contact, before, now)
    else:
        audience.give_status(contact, before, now, Source.ADMIN)


def _delete_permanently(audience: Audience, email: str, body: Body, now: int) -> None:
    audience.forget(present(audience, email), now, Source.ADMIN)


def _tag(audience: Audience, email: str, body: Body, now: int) -> None:
    audience.segments.tag([present(audience, email)], tag_name(body), now)


def _untag(audience: Audience, email: str, body: Body, now: int) -> None:
    contact, segment = present(audience, email), audience.segments.tag_named(tag_name(body))
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
    "answer_survey": answering(_subscribe),
    **READER,
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
