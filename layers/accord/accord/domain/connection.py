"""One upstream application joined to one audience: policies, field mapping, and what the audience can hold."""

from enum import StrEnum

from accord.domain.changes import OrderBy
from accord.domain.cobot import Cobot
from accord.domain.connection_reasons import ConnectionReason
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


class SyncMode(StrEnum):
    """Whether changes are carried at once, or at night. Opt-outs and erasures never wait for the night."""

    REALTIME = "realtime"
    NIGHTLY = "nightly"


class Preset(StrEnum):
    """A named set of policies with the mapping that goes with them: see presets.py."""

    RECOMMENDED = "recommended"
    COBOT = "cobot"
    ANABA = "anaba"
    CALENDARSPOTS = "calendarspots"


class Whom(StrEnum):
    """Who is asked in a reconfirmation."""

    ALL = "all"
    WITHOUT_PROOF = "without_proof"
    """Those of whom no statement says when they agreed, and where."""


class Reconfirmation(Value):
    """An operator approved that people in the audience are asked to confirm. `id` is that of its run."""

    id: str
    approved_at: Moment
    who: Whom


class Policy(Value):
    """The choices of a connection; the defaults are those of the preset `recommended`."""

    on_leave: Departure = Departure.ARCHIVE
    on_cancel: Departure = Departure.ARCHIVE
    on_email_change: OnEmailChange = OnEmailChange.MOVE
    opt_in: OptIn = OptIn.SINGLE
    existing_contacts: ExistingContacts = ExistingContacts.OVERWRITE
    sync_mode: SyncMode = SyncMode.REALTIME
    profile_changes_upstream: bool = False
    """Whether upstream is told when somebody changes a mapped value in Mailchimp. The history tells it in any case."""
    activity_upstream: bool = False
    """Whether upstream is told, in weekly digests, what its members did with campaigns."""

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


class MarketingPermission(Value):
    """One box that a person ticks on the form of an audience with GDPR fields: the purpose that they consent to."""

    id: str
    text: str


class AudienceSetup(Value):
    """What the audience can hold, as last read: its merge fields, groups, and the ids of its tags by name. Permissions
    are read only for a connection that maps some; Mailchimp shows their ids on contacts alone."""

    merge_fields: tuple[MergeField, ...] = ()
    interests: tuple[Interest, ...] = ()
    tags: dict[str, int] = {}
    permissions: tuple[MarketingPermission, ...] = ()


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
    """Where a connection stands on its way (lifecycle.py says which step leads from where to where)."""

    DRAFT = "draft"
    """Something is missing: an account, an audience, or a mapping that fits."""
    CHECKED = "checked"
    """All checks passed; the audience is being read."""
    AWAITING_APPROVAL = "awaiting_approval"
    """Read, and what the first import would do is summed up."""
    LIVE = "live"
    PAUSED = "paused"
    """By an operator, or by Accord where the audience is out of reach."""
    BROKEN = "broken"
    """By what Mailchimp answered."""
    DISCONNECTED = "disconnected"


class Application(StrEnum):
    """What speaks for the members: an application that calls Accord's API, or one whose API Accord calls."""

    API = "api"
    COBOT = "cobot"


class AuthorisedBy(StrEnum):
    """How Accord may use the Mailchimp account: by a key that somebody stored, or by a token that its owner gave."""

    API_KEY = "api_key"
    OAUTH = "oauth"


APPLICATION_REFUSES = "The application does not let Accord read it: "
"""How the reason of a connection begins that its application broke, not Mailchimp."""


class Connection(Value):
    """The settings of one connection. Secrets are referred to by the ARN of their secret, tokens kept as hashes."""

    id: str
    name: str = ""
    application: Application = Application.API
    preset: Preset = Preset.RECOMMENDED
    audience_id: str
    """Empty while none is chosen; nothing is called then."""
    former_audiences: tuple[str, ...] = ()
    """Those that it was joined to before, in their order: opt-outs and erasures still reach them."""
    audience_name: str = ""
    api_base_url: str
    authorised_by: AuthorisedBy | None = None
    account_name: str = ""
    """Of the Mailchimp account, as it called itself when it was last checked."""
    order_by: OrderBy = OrderBy.OCCURRED_AT
    policy: Policy = Policy()
    mapping: dict[str, str] = RECOMMENDED_MAPPING
    permissions: dict[str, str] = {}
    """Which consent becomes which marketing permission: `consent` or `fields.<name>` -> its text or id."""
    revision: int = 0
    """Grows by one with every write, so that two who change the same connection do not overwrite one another."""
    state: ConnectionState = ConnectionState.LIVE
    state_code: ConnectionReason | None = None
    """Why; none where the state has only one usual reason (lifecycle.reason_of)."""
    state_reason: str = ""
    """What the code leaves open: what Mailchimp answered, or what an operator said."""
    state_since: Moment | None = None
    created_at: Moment | None = None
    approved_at: Moment | None = None
    """When its first import was last approved: who was waiting by then does not wait for a night."""
    secret_arn: str = ""
    """A JSON secret: `mailchimp_api_key` (a key, or a token: used alike), `signing_secrets` and
    `webhook_signing_secrets` (lists: two are valid while one is rotated)."""
    token_hashes: tuple[str, ...] = ()
    webhook_secret_hashes: tuple[str, ...] = ()
    """Of the secrets in the URL of Mailchimp's webhook, the newest first; the one before is valid for a day."""
    webhook_secret_since: Moment | None = None
    """Since when the newest one is; None for the first."""
    webhook_unfinished: bool = False
    """Whether a registration was begun that has not ended: what Mailchimp signs with may be lost."""
    webhook_signed: bool = False
    webhook_checked_at: Moment | None = None
    notice_url: str = ""
    """The application's endpoint for notices; none where it reads the feed, or wants none."""
    notices_stopped: str = ""
    """Why nothing is sent there any more."""
    language: Language = "en"
    time_zone: str = "UTC"
    """Where its night is: a name of the IANA database."""
    email: str = ""
    """Who is told when an import is done."""
    audience_read_at: Moment | None = None
    """When the whole audience was last read into the ledger; nothing is written to it before."""
    reconfirmation: Reconfirmation | None = None
    """The last one that was approved for this audience."""
    signup_form_url: str = ""
    cobot: Cobot | None = None
    """The space that is read, where the application is Cobot."""

    @property
    def lacks_audience(self) -> bool:
        """Whether it paused itself because the audience is gone; an operator's pause is another thing."""
        return self.state is ConnectionState.PAUSED and self.state_code is ConnectionReason.AUDIENCE_GONE

    @property
    def is_refused_by_application(self) -> bool:
        """Whether the application broke it: only its own answer mends that."""
        return self.state is ConnectionState.BROKEN and self.state_reason.startswith(APPLICATION_REFUSES)
