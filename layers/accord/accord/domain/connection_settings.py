"""What an operator says of a connection, and the connection that comes of it. Pure: what was not said stays."""

from typing import Annotated, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field, StrictBool, StringConstraints
from pydantic.networks import validate_email

from accord.domain.changes import OrderBy
from accord.domain.cobot import Cobot, FieldName, SpaceName
from accord.domain.connection import (
    Application,
    Connection,
    Departure,
    ExistingContacts,
    OnEmailChange,
    OptIn,
    Preset,
    SyncMode,
)
from accord.domain.presets import PRESETS
from accord.domain.reason_texts import Language
from accord.domain.values import Value

MEMBER_FIELDS = ("first_name", "last_name", "address", "phone", "birthday", "plan", "joined_on")

Name = Annotated[str, StringConstraints(strip_whitespace=True, max_length=100)]
ConnectionId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")]
Source = Annotated[str, StringConstraints(pattern=rf"^({'|'.join(MEMBER_FIELDS)}|fields\.\S(.{{0,98}}\S)?)$")]
"""A field of members: one that Accord knows, or `fields.<name>` for one of the application's own."""

PermissionSource = Annotated[str, StringConstraints(pattern=r"^(consent|fields\.\S(.{0,98}\S)?)$")]
"""The consent to the newsletter itself, or a purpose that the application states in a field of its own."""
PermissionName = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=255)]


def _not_the_address(tag: str) -> str:
    if tag == "EMAIL":
        raise ValueError("EMAIL is the address itself")
    return tag


Tag = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9_]{1,10}$"), AfterValidator(_not_the_address)]
"""A merge tag: ten characters at most (FACTS section 6)."""
Url = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]
ApiKey = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[!-~]{8,200}$")]


def _well_formed(email: str) -> str:
    return validate_email(email.strip())[1]


Email = Annotated[str, AfterValidator(_well_formed)]


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("is no time zone: take a name as Europe/Paris") from None
    return name


TimeZone = Annotated[str, StringConstraints(strip_whitespace=True, max_length=60), AfterValidator(_known_zone)]


class PolicyChoice(Value):
    """Single policies; those that are not said stay."""

    on_leave: Departure = Departure.ARCHIVE
    on_cancel: Departure = Departure.ARCHIVE
    on_email_change: OnEmailChange = OnEmailChange.MOVE
    opt_in: OptIn = OptIn.SINGLE
    existing_contacts: ExistingContacts = ExistingContacts.OVERWRITE
    sync_mode: SyncMode = SyncMode.REALTIME
    profile_changes_upstream: StrictBool = False
    activity_upstream: StrictBool = False


class CobotChoice(Value):
    """A space is the first part of its host name: `beehive` of `beehive.cobot.me`."""

    space: SpaceName
    consent_field: FieldName = ""
    birthday_field: FieldName = ""
    ticked_values: Annotated[tuple[FieldName, ...], Field(max_length=20)] = Cobot.model_fields["ticked_values"].default


class ConnectionSettings(Value):
    """All that can be changed. The defaults stand for what was not said: only `model_fields_set` counts."""

    name: Name = ""
    preset: Preset = Preset.RECOMMENDED
    policies: PolicyChoice = PolicyChoice()
    mapping: dict[Source, Tag | None] = {}
    """Adds to what there is; null leaves a field out."""
    permissions: dict[PermissionSource, PermissionName | None] = {}
    """Likewise: which consent becomes which marketing permission of the audience, by its text or id."""
    order_by: OrderBy = OrderBy.OCCURRED_AT
    language: Language = "en"
    time_zone: TimeZone = "UTC"
    notice_url: Url | None = None
    email: Email | None = None
    mailchimp_api_key: Annotated[ApiKey, Field(repr=False)] = ""
    mailchimp_base_url: Url = ""
    cobot: CobotChoice | None = None


class NewConnection(ConnectionSettings):
    """A connection that is to be made."""

    id: ConnectionId
    application: Application = Application.API


class MappedTwiceError(ValueError):
    """Two fields of members would be written to the same merge tag, which is the text of the error."""


def with_settings(connection: Connection, said: ConnectionSettings) -> Connection:
    """The connection with what was said. A preset chooses all policies and the mapping anew; what is said beside it
    comes after it. Raises MappedTwiceError."""
    update: dict[str, Any] = {}
    policy, mapping = connection.policy, dict(connection.mapping)
    if "preset" in said.model_fields_set:
        chosen = PRESETS[said.preset]
        policy, mapping = chosen.policy, dict(chosen.mapping)
        update["preset"] = said.preset
    policies = {name: getattr(said.policies, name) for name in said.policies.model_fields_set}
    update["policy"] = policy.model_copy(update=policies)
    for source, tag in said.mapping.items():
        if tag is None:
            mapping.pop(source, None)
        else:
            mapping[source] = tag
    update["mapping"] = _each_once(mapping)
    permissions = connection.permissions | said.permissions
    update["permissions"] = {source: wished for source, wished in permissions.items() if wished is not None}
    for name in said.model_fields_set & {"name", "order_by", "language", "time_zone"}:
        update[name] = getattr(said, name)
    for name in said.model_fields_set & {"notice_url", "email"}:
        update[name] = getattr(said, name) or ""
    if "cobot" in said.model_fields_set:
        update["cobot"] = _space(connection.cobot, said.cobot)
    if "notice_url" in said.model_fields_set:
        update["notices_stopped"] = ""  # another endpoint has refused nothing yet; the same one is to be tried again
    return connection.model_copy(update=update)


def _space(known: Cobot | None, said: CobotChoice | None) -> Cobot | None:
    """Another space is not linked: its admin has to be asked."""
    if said is None:
        return None
    linked = {"webhook_secret_hashes", "told_at", "base_url"}
    stays = known.model_dump(include=linked) if known is not None and known.space == said.space else {}
    return Cobot(**said.model_dump(), **stays)


def _each_once(mapping: dict[str, str]) -> dict[str, str]:
    seen: set[str] = set()
    for tag in mapping.values():
        if tag in seen:
            raise MappedTwiceError(tag)
        seen.add(tag)
    return mapping
