"""One upstream application joined to one audience: policies, field mapping, and what the audience can hold."""

from enum import StrEnum

from accord.domain.changes import OrderBy
from accord.domain.contact import ContactStatus
from accord.domain.reason_texts import Language
from accord.domain.values import Moment, Value


class Departure(StrEnum):
    """What leaving or cancelling does to the contact. Neither ever unsubscribes."""

    KEEP = "keep"
    ARCHIVE = "archive"


class OnEmailChange(StrEnum):
    """Whether the contact gets the new address and keeps its history, or stays while a new one is added."""

    MOVE = "move"
    KEEP_OLD = "keep_old"


class OptIn(StrEnum):
    """Single: consent subscribes. Double: Mailchimp asks the person to confirm first."""

    SINGLE = "single"
    DOUBLE = "double"


class ExistingContacts(StrEnum):
    """What happens to the mapped fields of a contact that was there before Accord."""

    OVERWRITE = "overwrite"
    FILL_BLANKS = "fill_blanks"
    LEAVE = "leave"


class Policy(Value):
    """The choices of a connection; the defaults are those of the preset `recommended`."""

    on_leave: Departure = Departure.ARCHIVE
    on_cancel: Departure = Departure.ARCHIVE
    on_email_change: OnEmailChange = OnEmailChange.MOVE
    opt_in: OptIn = OptIn.SINGLE
    existing_contacts: ExistingContacts = ExistingContacts.OVERWRITE
    profile_changes_upstream: bool = False
    """Whether upstream is told when somebody changes a mapped value in Mailchimp. The history tells it in any case."""

    @property
    def first_status(self) -> ContactStatus:
        """The status that an opt-in gives where the consent table allows the first one."""
        return ContactStatus.PENDING if self.opt_in is OptIn.DOUBLE else ContactStatus.SUBSCRIBED


class FieldType(StrEnum):
    """Mailchimp's types of merge fields (FACTS section 1.4)."""

    TEXT = "text"
    NUMBER = "number"
    ADDRESS = "address"
    PHONE = "phone"
    DATE = "date"
    URL = "url"
    IMAGEURL = "imageurl"
    RADIO = "radio"
    DROPDOWN = "dropdown"
    BIRTHDAY = "birthday"
    ZIP = "zip"


class MergeField(Value):
    """A field of the audience. `phone_format` is `US` or `none`; `choices` are those of a radio or dropdown field."""

    tag: str
    type: FieldType
    name: str = ""
    required: bool = False
    choices: tuple[str, ...] = ()
    phone_format: str = ""


class Interest(Value):
    """One choice of a group: the category's title, the interest's name and its id."""

    category: str
    name: str
    id: str


class AudienceSetup(Value):
    """What the audience can hold, as last read: its merge fields, groups, and the ids of its tags by name."""

    merge_fields: tuple[MergeField, ...] = ()
    interests: tuple[Interest, ...] = ()
    tags: dict[str, int] = {}


RECOMMENDED_MAPPING = {
    "first_name": "FNAME",
    "last_name": "LNAME",
    "address": "ADDRESS",
    "phone": "PHONE",
    "birthday": "BIRTHDAY",
    "plan": "PLAN",
    "joined_on": "JOINED",
}
"""Member field -> merge tag. A custom field is named `fields.<name>`."""


class ConnectionState(StrEnum):
    """Whether the connection works. `paused` by an operator, `broken` by what Mailchimp answered."""

    LIVE = "live"
    PAUSED = "paused"
    BROKEN = "broken"


class Connection(Value):
    """The settings of one connection. Secrets are referred to by the ARN of their secret, tokens kept as hashes."""

    id: str
    audience_id: str
    api_base_url: str
    order_by: OrderBy = OrderBy.OCCURRED_AT
    policy: Policy = Policy()
    mapping: dict[str, str] = RECOMMENDED_MAPPING
    state: ConnectionState = ConnectionState.LIVE
    state_reason: str = ""
    secret_arn: str = ""
    """A JSON secret: `mailchimp_api_key`, `signing_secrets` and `webhook_signing_secrets` (lists: two are valid while
    one is rotated)."""
    token_hashes: tuple[str, ...] = ()
    webhook_secret_hashes: tuple[str, ...] = ()
    """Of the secrets in the URL of Mailchimp's webhook."""
    notice_url: str = ""
    """The application's endpoint for notices; none where it reads the feed, or wants none."""
    notices_stopped: str = ""
    """Why nothing is sent there any more."""
    language: Language = "en"
    audience_read_at: Moment | None = None
    """When the whole audience was last read into the ledger; nothing is written to it before."""
    signup_form_url: str = ""
