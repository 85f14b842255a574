"""What the API does to contacts: create, upsert, change, archive, delete for good; one at a time and in bulk."""

from dataclasses import dataclass, field

from tools.mailchimp_simulator.domain import problems
from tools.mailchimp_simulator.domain.addresses import checked, digest
from tools.mailchimp_simulator.domain.audience import Audience
from tools.mailchimp_simulator.domain.body import Body, one_of, read
from tools.mailchimp_simulator.domain.compliance import permit
from tools.mailchimp_simulator.domain.contact import WRITABLE, Contact, Source, Standing, Status
from tools.mailchimp_simulator.domain.member_body import draft
from tools.mailchimp_simulator.domain.segments import tag_name, tag_names

BULK_LIMIT = 500


def create(audience: Audience, body: Body, now: int, *, skip_required: bool = False) -> Contact:
    """`POST members`: a new contact, or an archived one brought back with the status given (FACTS 6)."""
    email = checked(body.get("email_address"))
    status = Status(one_of(body, "status", WRITABLE))
    known = audience.of_email(email)
    if known and known.status is not Status.ARCHIVED:
        raise problems.member_exists(email)
    tags = tag_names(body)
    contact = _write(audience, known, email, status, body, now=now, skip_required=skip_required)
    for tag in tags:
        audience.segments.tag([contact], tag, now)
    return contact


def upsert(audience: Audience, key: str, body: Body, now: int, *, skip_required: bool = False) -> Contact:
    """`PUT members/{hash}`: `status_if_new` (or else `status`) for a new contact, `status` for one that exists.

    An archived contact is not new: without `status` it stays archived (uncertain). `tags` are ignored (FACTS 1.3).
    """
    email = checked(body.get("email_address"))
    known = audience.of_any(key)
    if known is None:
        if audience.of_email(email):
            raise problems.member_exists(email)
        if key.lower() not in (email.lower(), digest(email).hex()):
            # A contact_id, or the hash of another address, names a contact that is not there.
            raise problems.not_found()
        name = "status" if "status" in body and "status_if_new" not in body else "status_if_new"
        return _write(
            audience, None, email, Status(one_of(body, name, WRITABLE)), body, now=now, skip_required=skip_required
        )
    return _change(audience, known, body, now, skip_required=skip_required)


def change(audience: Audience, key: str, body: Body, now: int, *, skip_required: bool = False) -> Contact:
    """`PATCH members/{hash}`: never creates. `transactional` is refused as in the specification 3.0.55."""
    known = audience.of_any(key)
    if known is None:
        raise problems.not_found()
    if "status" in body:
        one_of(body, "status", WRITABLE - {Status.TRANSACTIONAL})
    return _change(audience, known, body, now, skip_required=skip_required)


def archive(audience: Audience, contact: Contact, now: int) -> None:
    """`DELETE members/{hash}`. Raises Problem 405 for a cleaned, pending or archived contact (FACTS 3)."""
    if contact.status in (Status.CLEANED, Status.PENDING, Status.ARCHIVED):
        raise problems.cannot_archive()
    audience.give_status(contact, Status.ARCHIVED, now, Source.API)


@dataclass(slots=True)
class BulkError:
    email: str
    error: str
    code: str
    field: str = ""
    field_message: str = ""


@dataclass(slots=True)
class BulkResult:
    created: list[Contact] = field(default_factory=list)
    updated: list[Contact] = field(default_factory=list)
    errors: list[BulkError] = field(default_factory=list)


def bulk(audience: Audience, body: Body, now: int, *, skip_required: bool, skip_duplicates: bool) -> BulkResult:
    """`POST /lists/{id}`: up to 500 members; what one of them lacks is told in `errors` and stops no other.

    An archived address is brought back as if it were new, whatever `update_existing` says (uncertain; the reading
    that protects nobody). Of an address given twice the first is taken, the other an error unless told to skip it.
    """
    members: list[Body] = read(body, "members", list, [])
    if "members" not in body:
        raise problems.unfit(("members", "This value should not be blank."))
    if len(members) > BULK_LIMIT:
        raise problems.bad_request(f"You may only submit up to {BULK_LIMIT} members at a time.")
    if not all(isinstance(member, dict) for member in members):
        raise problems.unfit(("members", "Schema describes object, another type found instead"))
    update, sync_tags = read(body, "update_existing", bool, False), read(body, "sync_tags", bool, False)
    result, seen = BulkResult(), set[bytes]()
    for member in members:
        email = str(member.get("email_address", ""))
        if digest(email) in seen:
            if not skip_duplicates:
                error = f"{email} is listed more than once in this request."
                result.errors.append(BulkError(email, error, "ERROR_GENERIC"))
            continue
        seen.add(digest(email))
        try:
            _bulk_one(audience, member, now, result, update=update, sync_tags=sync_tags, skip_required=skip_required)
        except problems.Problem as problem:
            name, message = problem.errors[0] if problem.errors else ("", "")
            result.errors.append(BulkError(email, problem.detail, "ERROR_GENERIC", name, message))
    return result


def _bulk_one(
    audience: Audience,
    member: Body,
    now: int,
    result: BulkResult,
    *,
    update: bool,
    sync_tags: bool,
    skip_required: bool,
) -> None:
    email = checked(member.get("email_address"))
    known = audience.of_email(email)
    if known is None or known.status is Status.ARCHIVED:
        result.created.append(create(audience, member, now, skip_required=skip_required))
        return
    if not update:
        error = (
            f"{email} is already a list member, do you want to update? "
            "please provide update_existing:true in the request body"
        )
        result.errors.append(BulkError(email, error, "ERROR_CONTACT_EXISTS"))
        return
    tags = tag_names(member)
    contact = _change(audience, known, member, now, skip_required=skip_required)
    if sync_tags:
        wanted = {tag.lower() for tag in tags}
        for segment_id, _ in contact.tags:
            if audience.segments.name_of(segment_id).lower() not in wanted:
                audience.segments.take([contact], audience.segments.get(str(segment_id)), now)
    for tag in tags:
        audience.segments.tag([contact], tag, now)
    result.updated.append(contact)


def _change(audience: Audience, known: Contact, body: Body, now: int, *, skip_required: bool) -> Contact:
    email = checked(body["email_address"]) if "email_address" in body else known.email
    status = Status(one_of(body, "status", WRITABLE)) if "status" in body else known.status
    return _write(audience, known, email, status, body, now=now, skip_required=skip_required)


def _write(
    audience: Audience, known: Contact | None, email: str, status: Status, body: Body, *, now: int, skip_required: bool
) -> Contact:
    """Check everything, then write everything: a refused request leaves no trace."""
    moves = known is None or digest(email) != known.digest
    if known and moves:
        _permit_move(audience, known, email)
    if moves and digest(email) in audience.forgotten:
        raise problems.forgotten(email)
    if known is None or status is not known.status:
        permit(email, known.standing if known else Standing.FREE, status)
    wanted = draft(audience, known, body, skip_required=skip_required)
    if known is None:
        contact = audience.add(email, status, now)
        wanted.write(contact)
        audience.begin(contact, status, now, Source.API)
    else:
        contact = known
        changed = wanted.write(contact)
        if moves:
            audience.readdress(contact, email, now, Source.API)
        elif email != contact.email:
            contact.email, changed = email, True
        if not audience.give_status(contact, status, now, Source.API) and changed:
            audience.touch(contact, now)
            if not moves:
                audience.announce("profile", contact, Source.API, now)
    if body.get("timestamp_opt"):
        contact.opted_in = wanted.opted_in
    return contact


def _permit_move(audience: Audience, known: Contact, email: str) -> None:
    """An address is taken along only by a contact that may be mailed (FACTS 6). Raises Problem 400."""
    if known.status in (Status.CLEANED, Status.UNSUBSCRIBED, Status.ARCHIVED):
        raise problems.address_is_fixed(known.status)
    if audience.of_email(email):
        raise problems.member_exists(email)


def checked_tags(body: Body) -> list[tuple[str, bool]]:
    """The body of `POST tags`: names, and whether each becomes active. Raises Problem 400."""
    tags: list[Body] = read(body, "tags", list, [])
    if "tags" not in body or not all(isinstance(tag, dict) for tag in tags):
        raise problems.unfit(("tags", "Schema describes array of objects, another type found instead"))
    return [(tag_name(tag), one_of(tag, "status", ("active", "inactive")) == "active") for tag in tags]
