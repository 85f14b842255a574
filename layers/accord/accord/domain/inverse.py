"""What is to be put back of a run, member by member: the order that an operator gave, and what can not be in it."""

from enum import StrEnum

from accord.domain.values import Value


class Back(StrEnum):
    """One step back."""

    ARCHIVE = "archive"
    """A contact that the run made, or brought back, leaves the audience."""
    VALUES = "values"
    """Fields, groups, language and permissions show again what they showed."""
    TAGS = "tags"
    ADDRESS = "address"
    """The contact gets the address back that it had."""
    AUDIENCE = "audience"
    """A contact that the run archived is in the audience again, as far as the consent table allows."""


class Step(Value):
    """One step at the contact of an address. What is empty stays as it is."""

    back: Back
    key: str
    to_key: str = ""
    """Of an address: the one that the contact gets."""
    email: str = ""
    """Of an address: the one that it gets. Of tags: the one that the contact has."""
    fields: dict[str, str | int | float | dict[str, str]] = {}
    expects: dict[str, str] = {}
    """The fingerprints of what these fields show now: one that somebody changes before its turn is left as it is."""
    foreign: tuple[str, ...] = ()
    """Those whose value before was not Accord's own: it is not remembered as written by Accord."""
    mark: str = ""
    """Of a contact that is archived: what it shows now (Contact.mark). Another one stays."""
    interests: dict[str, bool] = {}
    language: str = ""
    permissions: dict[str, bool] = {}
    add_tags: tuple[str, ...] = ()
    remove_tags: tuple[str, ...] = ()


class Order(Value):
    """What is still to be done for a member, and whose undoing it is."""

    run_id: str
    """The run that is undone."""
    steps: tuple[Step, ...] = ()
    again: bool = False
    """Whether that run was an undo itself: then what upstream wants stands again."""


class WhyNot(StrEnum):
    """Why something of a run can not be put back."""

    UNSUBSCRIBED = "unsubscribed"
    ERASED = "erased"
    STATUS = "status"
    """It was raised, or the person was asked to confirm."""
    OPTED_OUT = "opted_out"
    NOT_ALLOWED = "not_allowed"
    """What is known of the person's consent does not allow it."""
    CHANGED_SINCE = "changed_since"
    """Somebody changed it after the run."""
    CHANGED_UPSTREAM = "changed_upstream"
    GONE = "gone"
    BUSY = "busy"
    """Something is being written, or waits for it."""
    SHARED = "shared"
    """Somebody else has the address as well."""
    NOT_OURS = "not_ours"
    ADDRESS_TAKEN = "address_taken"
    PENDING = "pending"
    """Mailchimp does not archive a contact that is still to confirm."""
    PERMISSION = "permission"
    """Only the person switches a marketing permission on."""
    NEVER_EMPTY = "never_empty"
    """A language can be changed, and not taken away."""
    UNKNOWN = "unknown"
    """What was there was not seen."""


class NotUndone(Value):
    """A part of what the run did to a member, and why it stays: a merge tag, or a word for what is no field."""

    what: str
    why: WhyNot
