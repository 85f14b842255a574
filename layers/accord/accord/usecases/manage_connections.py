"""Operators: make connections, list them, change their settings, pause, resume, disconnect and reconnect them."""

import base64
import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from accord.domain.checks import explain_check
from accord.domain.connection import AudienceSetup, AuthorisedBy, Connection, ConnectionState
from accord.domain.connection_reasons import ConnectionReason
from accord.domain.connection_settings import ConnectionSettings, MappedTwiceError, NewConnection, with_settings
from accord.domain.lifecycle import NotAllowed, Step, going_on, stepped, what_is_missing
from accord.domain.policy_change_texts import effect_of
from accord.domain.policy_changes import SettingChange, changes_between
from accord.domain.reason_texts import Language
from accord.errors import Misconfigured, Retryable
from accord.ports import Clock, EndpointRefusedError, Page
from accord.ports.connections import Account, Connections, ConnectionSecrets
from accord.usecases.connecting.change_connection import TRIES, changed
from accord.usecases.connecting.check_permissions import check_permissions
from accord.usecases.connecting.reach_account import (
    KEY,
    NotNowError,
    ReachAccount,
    SettingsRefusedError,
    refusals_named,
)
from accord.usecases.explain_refusal import FieldError

CHANGES_A_SUMMARY = frozenset({"policy", "mapping", "permissions", "order_by", "api_base_url"})
"""What a summary of the first import was made with: whoever changes it has the connection checked again."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """What the application gets, this once. None: this one was not made anew."""

    token: str | None = field(default=None, repr=False)
    signing_secret: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Changed:
    """The connection as it is, or would be, and what the change does in words."""

    connection: Connection
    changes: list[SettingChange]
    applied: bool


class ManageConnections:
    """Every write is made over what was read; who loses against somebody else reads again."""

    def __init__(
        self,
        *,
        connections: Connections,
        secrets: ConnectionSecrets,
        reach: ReachAccount,
        base_url_of: Callable[[str, str], str],
        check_endpoint: Callable[[str], None],
        new_secret: Callable[[], bytes],
        clock: Clock,
        save_setup: Callable[[str, AudienceSetup], None],
    ) -> None:
        """`base_url_of` a key and of what was said of it raises Misconfigured for one that is not Mailchimp's.
        `new_secret`: 32 bytes of chance. `save_setup` remembers what the audience of a connection can hold."""
        self._connections = connections
        self._secrets = secrets
        self._reach = reach
        self._base_url_of = base_url_of
        self._check_endpoint = check_endpoint
        self._new_secret = new_secret
        self._clock = clock
        self._save_setup = save_setup

    def page(self, after: str | None, limit: int) -> Page[Connection]:
        """In the order of their ids."""
        return self._connections.page(after, limit)

    def create(self, said: NewConnection) -> tuple[Connection, Credentials]:
        """A draft. What failed half-way can be done again: it has no secret yet. Raises NotNowError where the id is
        taken, and SettingsRefusedError."""
        known = self._connections.connection(said.id)
        if known is not None and known.secret_arn:
            raise self._taken(said.id)
        base_url = self._base_url(said)
        now = self._clock.now()
        blank = Connection(id=said.id, audience_id="", api_base_url=base_url, state=ConnectionState.DRAFT)
        draft = self._with(blank, said).model_copy(
            update={"application": said.application, "created_at": now, "state_since": now}
        )
        if said.mailchimp_api_key:
            draft = self._named(draft, self._reach.account_of(base_url, said.mailchimp_api_key))
            draft = draft.model_copy(update={"authorised_by": AuthorisedBy.API_KEY})
        draft = draft.model_copy(update={"state_code": what_is_missing(draft)})
        if known is None:
            begun = self._connections.create(draft)
        else:
            begun = self._connections.replace(draft.model_copy(update={"revision": known.revision}))
        if not begun:
            raise self._taken(said.id)
        made = Credentials(self._token(), self._signing_secret())
        document: dict[str, Any] = {"signing_secrets": [made.signing_secret]}
        if said.mailchimp_api_key:
            document[KEY] = said.mailchimp_api_key
        arn = self._secrets.create(said.id, document)
        begun_with = 1 if known is None else known.revision + 1
        update = {"secret_arn": arn, "token_hashes": (_hashed(made.token),), "revision": begun_with}
        finished = draft.model_copy(update=update)
        if not self._connections.replace(finished):
            raise self._taken(said.id)
        return finished, made

    def change(self, connection: Connection, said: ConnectionSettings, language: Language, *, dry_run: bool) -> Changed:
        """What was said, over what there is; with `dry_run` only told. Raises SettingsRefusedError."""
        for_mailchimp = said.model_fields_set & {KEY, "mailchimp_base_url"}
        base_url = self._base_url(said, connection) if for_mailchimp else connection.api_base_url
        account = None
        if said.mailchimp_api_key:
            account = self._reach.account_of(base_url, said.mailchimp_api_key)
        elif base_url != connection.api_base_url and connection.authorised_by is not None:
            account = self._reach(connection, base_url)
        if account is not None:
            self._holds_audience(account, connection)
        setup = self._with_permissions(account, connection, said)
        for _ in range(TRIES):
            after = self._with(connection, said).model_copy(update={"api_base_url": base_url})
            if account is not None:
                after = self._named(after, account)
            if said.mailchimp_api_key:
                after = after.model_copy(update={"authorised_by": AuthorisedBy.API_KEY})
            changes = changes_between(connection, after, language)
            if said.mailchimp_api_key:
                changes.append(SettingChange(KEY, None, None, effect_of(KEY, None, language)))
            after = self._followed(connection, after, mended=account is not None)
            if dry_run:
                return Changed(after, changes, applied=False)
            if said.mailchimp_api_key:
                after = self._with_secret(after, {KEY: said.mailchimp_api_key})
            if setup is not None:
                self._save_setup(connection.id, setup)
            if after == connection or self._connections.replace(after):
                return Changed(after, changes, applied=True)
            connection = self._read_again(connection)
        raise _crowded()

    def step(self, connection: Connection, step: Step, reason: str) -> Connection:
        """The connection after an operator's step, with what they said of it. Raises NotNowError."""

        def moved(known: Connection) -> Connection:
            code = what_is_missing(known) if step is Step.RECONNECT else None
            after = stepped(known, step, self._clock.now(), code, reason)
            if isinstance(after, NotAllowed):
                raise not_allowed(after)
            return after

        return changed(self._connections, connection, moved)

    def rotate_token(self, connection: Connection, *, drop_previous: bool) -> Credentials:
        """A new token; the one before stays valid beside it, unless it is dropped."""
        token = self._token()

        def rotated(known: Connection) -> Connection:
            kept = () if drop_previous else known.token_hashes[:1]
            return known.model_copy(update={"token_hashes": (_hashed(token), *kept)})

        changed(self._connections, connection, rotated)
        return Credentials(token=token)

    def rotate_signing_secret(self, connection: Connection, *, drop_previous: bool) -> Credentials:
        """A new signing secret; likewise. Functions know it five minutes later."""
        secret = self._signing_secret()
        known = self._secrets.read(connection.secret_arn).get("signing_secrets") if connection.secret_arn else None
        kept = [] if drop_previous or not isinstance(known, list) else known[:1]
        self._with_secret(connection, {"signing_secrets": [secret, *kept]})
        return Credentials(signing_secret=secret)

    def _with(self, connection: Connection, said: ConnectionSettings) -> Connection:
        try:
            after = with_settings(connection, said)
        except MappedTwiceError as twice:
            message = f"would write two fields to {twice}; map one of them elsewhere, or leave it out (null)"
            raise SettingsRefusedError(FieldError("mapping", message)) from None
        begins_again = connection.notices_stopped and not after.notices_stopped
        if after.notice_url and (begins_again or after.notice_url != connection.notice_url):
            try:
                self._check_endpoint(after.notice_url)
            except (EndpointRefusedError, Retryable) as error:
                message = f"can not be called ({error}); give a public https address"
                raise SettingsRefusedError(FieldError("notice_url", message)) from error
        return after

    def _base_url(self, said: ConnectionSettings, known: Connection | None = None) -> str:
        """Where Mailchimp is called: as said, or as the key says, or as before."""
        stays = known is not None and not said.mailchimp_api_key and not said.mailchimp_base_url
        if known is not None and stays:
            return known.api_base_url
        try:
            return self._base_url_of(said.mailchimp_api_key, said.mailchimp_base_url)
        except Misconfigured:
            message = "must be https://<data centre>.api.mailchimp.com or https://api.mailchimp.com"
            raise SettingsRefusedError(FieldError("mailchimp_base_url", message)) from None

    def _named(self, connection: Connection, account: Account) -> Connection:
        with refusals_named():
            return connection.model_copy(update={"account_name": account.name()})

    def _holds_audience(self, account: Account, connection: Connection) -> None:
        """A key of an account that does not have the chosen audience would break the connection."""
        if not connection.audience_id:
            return
        with refusals_named():
            ids = {audience.id for audience in account.listed().audiences}
        if connection.audience_id not in ids:
            message = "is of an account that does not have the connection's audience; send a key of its own account"
            raise SettingsRefusedError(FieldError(KEY, message))

    def _with_permissions(
        self, account: Account | None, connection: Connection, said: ConnectionSettings
    ) -> AudienceSetup | None:
        """What the audience can hold, with the permissions that were said; None where none were, or nobody can look."""
        wished = {source: text for source, text in said.permissions.items() if text is not None}
        if not wished or not connection.audience_id or connection.authorised_by is None:
            return None
        with refusals_named():
            account = account or self._reach(connection)
            there = next((each for each in account.listed().audiences if each.id == connection.audience_id), None)
            if there is None:
                return None  # the test of the connection says so
            setup = account.setup(connection.audience_id, permissions=True)
        found = {source: check_permissions({source: text}, there, setup) for source, text in wished.items()}
        words = {source: explain_check(each, "en") for source, each in found.items() if not each.ok}
        if words:
            errors = (FieldError(f"permissions.{source}", " ".join(text)) for source, text in words.items())
            raise SettingsRefusedError(*errors)
        return setup

    def _followed(self, before: Connection, after: Connection, *, mended: bool) -> Connection:
        """What the settings do to the state: a broken connection goes on with a good key, a draft may lack less, and
        what was summed up otherwise has to be checked again."""
        now = self._clock.now()
        if mended and (after.state is ConnectionState.BROKEN or after.lacks_audience):
            moved = going_on(after, now)
        elif after.state is ConnectionState.DRAFT:
            settled = {ConnectionReason.FIELDS_CLASH, ConnectionReason.CHECK_FAILED} & {after.state_code}
            unchanged = settled and all(getattr(before, name) == getattr(after, name) for name in CHANGES_A_SUMMARY)
            if unchanged and not mended:
                return after
            moved = stepped(after, Step.FAIL_CHECK, now, what_is_missing(after))
        elif any(getattr(before, name) != getattr(after, name) for name in CHANGES_A_SUMMARY):
            moved = stepped(after, Step.FAIL_CHECK, now, ConnectionReason.READY_TO_CHECK)
        else:
            return after
        return after if isinstance(moved, NotAllowed) else moved

    def _with_secret(self, connection: Connection, changes: dict[str, Any]) -> Connection:
        """Stored; in a new secret where the connection was left without one."""
        if connection.secret_arn:
            self._secrets.update(connection.secret_arn, changes)
            return connection
        raise NotNowError("The connection was left half made: create it again under the same id.")

    def _read_again(self, connection: Connection) -> Connection:
        known = self._connections.connection(connection.id)
        if known is None:
            raise _crowded()
        return known

    def _token(self) -> str:
        return base64.urlsafe_b64encode(self._new_secret()).decode().rstrip("=")

    def _signing_secret(self) -> str:
        return "whsec_" + base64.b64encode(self._new_secret()).decode()

    def _taken(self, connection_id: str) -> NotNowError:
        return NotNowError(f"There is a connection {connection_id} already, and it stays as it is: take another id.")


def not_allowed(found: NotAllowed) -> NotNowError:
    """The refusal in words."""
    allowed = ", ".join(state.value for state in found.allowed_from)
    return NotNowError(f"A connection that is {found.state.value} does not take this step; these do: {allowed}.")


def _crowded() -> Retryable:
    return Retryable("others kept changing the same connection", effect_unknown=False)


def _hashed(secret: str | None) -> str:
    return hashlib.sha256((secret or "").encode()).hexdigest()
