"""A connection, step by step: key, audience, fields, secrets, the first reading; saved last, when all else is there."""

import base64
import hashlib
import json
import re
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Any, Protocol

from botocore.exceptions import ClientError

from accord.adapters.dynamodb.ledger import DynamoDBLedger
from accord.adapters.mailchimp.account import MailchimpAccount
from accord.adapters.mailchimp.audience import MailchimpAudience
from accord.adapters.mailchimp.http import base_url_of
from accord.adapters.mailchimp.registration import MailchimpRegistration
from accord.adapters.secrets.reading import SecretsManagerSecrets
from accord.adapters.upstream_endpoint import UpstreamEndpoint
from accord.domain.changes import OrderBy
from accord.domain.connection import RECOMMENDED_MAPPING, AudienceSetup, AuthorisedBy, Connection, FieldType, Policy
from accord.domain.reason_texts import Language
from accord.domain.values import address_key
from accord.errors import Rejected, Retryable
from accord.ports import EndpointRefusedError
from accord.usecases.reconciling.read_audience import ReadAudience
from tools.connect.stack import ClientOf, Stack, client_of

CONNECTION_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
OWN_FIELDS = {"PLAN": ("Plan", FieldType.TEXT), "JOINED": ("Member since", FieldType.DATE)}
"""Merge fields of the recommended mapping that no audience has by itself."""


class ConnectError(Exception):
    """The connection can not be made; the message says what to do."""


@dataclass(frozen=True)
class Wanted:
    """What the new connection shall be. `mapping` adds to the recommended one: `fields.company` -> `COMPANY`."""

    connection_id: str
    audience_id: str
    order_by: OrderBy = OrderBy.OCCURRED_AT
    policy: Policy = field(default_factory=Policy)
    language: Language = "en"
    mapping: dict[str, str] = field(default_factory=dict)
    create_fields: bool = True
    notice_url: str = ""
    """The application's endpoint for notices, if it has one."""
    webhook: bool = True
    """Whether Mailchimp shall tell what happens there. It must reach the stack's API."""


@dataclass(frozen=True)
class Connected:
    """The connection, and the two secrets that its application needs: nobody can read the token again."""

    connection: Connection
    url: str
    """Where the application posts its changes: `.../v1/connections/{id}/members`."""
    signing_secret: str
    token: str
    contacts: int


class Progress(Protocol):
    """Who watches."""

    def done(self, step: str) -> None:
        """A step was taken."""

    def read(self, contacts: int) -> None:
        """So many contacts were read so far."""


class Unwatched:
    """The progress of those who do not want to see any."""

    def done(self, step: str) -> None:
        """Nobody is told."""

    def read(self, contacts: int) -> None:
        """Nobody is told."""


class _SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)


def connect(
    stack: Stack,
    wanted: Wanted,
    api_key: str,
    *,
    base_url: str = "",
    clients: ClientOf = client_of,
    progress: Progress | None = None,
) -> Connected:
    """Make the connection. When it fails in the middle nothing is live, and it can be done again.

    `base_url` is Mailchimp's own unless the stack is local. Raises ConnectError, and the errors of the ports.
    """
    watcher = progress or Unwatched()
    ledger = DynamoDBLedger(clients("dynamodb"), stack.table_name)
    _refuse_what_is_there(ledger, wanted)
    _check_endpoint(stack, wanted.notice_url)
    base_url = base_url or base_url_of(api_key)
    account = MailchimpAccount(base_url, api_key, allow_any_host=stack.is_local)
    audience = MailchimpAudience(
        base_url=base_url, api_key=api_key, audience_id=wanted.audience_id, allow_any_host=stack.is_local
    )
    account.ping()
    watcher.done("Mailchimp takes the API key")

    setup = audience.setup()
    form_url = account.signup_form_url(wanted.audience_id)
    watcher.done(f"the audience has {len(setup.merge_fields)} fields and {len(setup.tags)} tags")
    if wanted.create_fields and (created := _create_fields(account, wanted.audience_id, setup)):
        setup = audience.setup()
        watcher.done(f"created the fields {', '.join(created)}")

    signing_secret = "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()
    content: dict[str, Any] = {"mailchimp_api_key": api_key, "signing_secrets": [signing_secret]}
    secret_name = f"accord/{stack.name}/connections/{wanted.connection_id}"
    secret_arn = _keep(clients("secretsmanager"), secret_name, content)
    watcher.done("API key and signing secret are in Secrets Manager")

    webhook_secret = secrets.token_urlsafe(32)
    begun = Connection(  # without a time of reading: nothing is written to the audience yet
        id=wanted.connection_id,
        audience_id=wanted.audience_id,
        api_base_url=base_url,
        order_by=wanted.order_by,
        policy=wanted.policy,
        mapping=RECOMMENDED_MAPPING | wanted.mapping,
        secret_arn=secret_arn,
        authorised_by=AuthorisedBy.API_KEY,
        webhook_secret_hashes=(_hashed(webhook_secret),),
        notice_url=wanted.notice_url,
        language=wanted.language,
        signup_form_url=form_url,
    )
    ledger.save_audience_setup(begun.id, setup)
    ledger.save_connection(begun)
    if wanted.webhook:  # before the audience is read: what changes meanwhile is told; Mailchimp calls it at once
        webhook_url = f"{stack.api_url}/mailchimp/webhooks/{begun.id}"
        try:
            signs = MailchimpRegistration(account, wanted.audience_id, webhook_url).register(webhook_secret)
        except Rejected as refused:
            raise ConnectError(
                f"Mailchimp does not register the webhook ({refused}): look whether the API of the stack answers from "
                "outside, or connect with --no-webhook and hear of unsubscribes only when the audience is read"
            ) from refused
        _keep(clients("secretsmanager"), secret_name, content | {"webhook_signing_secrets": signs})
        watcher.done(f"Mailchimp tells of what happens there, {'signed' if signs else 'not signed'}")

    started_at = datetime.now(UTC)
    key = SecretsManagerSecrets(clients("secretsmanager")).address_key(stack.address_key_secret_arn)
    read = ReadAudience(ledger, audience, _SystemClock(), partial(address_key, key), begun.policy)
    result = read(wanted.audience_id, watcher.read)
    watcher.done(f"read the audience: {result.read:,} contacts, archived ones included")

    token = secrets.token_urlsafe(32)
    made = {"token_hashes": (_hashed(token),), "created_at": started_at, "state_since": started_at}
    connection = begun.model_copy(update=made | {"audience_read_at": started_at})
    ledger.save_connection(connection)
    watcher.done(f"the connection {connection.id} is live")
    url = f"{stack.api_url}/v1/connections/{connection.id}/members"
    return Connected(connection, url, signing_secret, token, result.read)


def _check_endpoint(stack: Stack, url: str) -> None:
    """The same check as at each call."""
    try:
        if url:
            UpstreamEndpoint(stack.allowed_endpoints).check(url)
    except (EndpointRefusedError, Retryable) as error:
        raise ConnectError(f"Notices can not go to the endpoint, it {error}: give a public https URL") from error


def _hashed(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _refuse_what_is_there(ledger: DynamoDBLedger, wanted: Wanted) -> None:
    if not CONNECTION_ID.fullmatch(wanted.connection_id):
        raise ConnectError(
            "A connection id has lower-case letters, digits and dashes, 63 at most: --connection members"
        )
    known = ledger.connection(wanted.connection_id)
    made = known is not None and (known.audience_read_at or known.created_at) is not None
    if made:  # else an attempt before this one failed half-way
        raise ConnectError(
            f"There is a connection {wanted.connection_id!r} already, and it stays as it is: "
            "name another with --connection"
        )


def _create_fields(account: MailchimpAccount, audience_id: str, setup: AudienceSetup) -> list[str]:
    """The tags of the fields that were missing."""
    missing = OWN_FIELDS.keys() - {merge_field.tag for merge_field in setup.merge_fields}
    for tag in sorted(missing):
        name, kind = OWN_FIELDS[tag]
        try:
            account.create_merge_field(audience_id, tag, name, kind)
        except Rejected as refused:
            raise ConnectError(
                f"Mailchimp does not create the field {tag} ({refused}): make room for it in the audience, or connect "
                "with --no-create-fields and leave it out"
            ) from refused
    return sorted(missing)


def _keep(manager: Any, name: str, content: dict[str, Any]) -> str:
    """The ARN of the secret. One that an attempt before left behind is written anew: no connection refers to it."""
    text = json.dumps(content)
    try:
        arn: str = manager.create_secret(
            Name=name, SecretString=text, Description="Accord: the API key and signing secrets of one connection"
        )["ARN"]
    except ClientError as error:
        if error.response["Error"]["Code"] != "ResourceExistsException":
            raise ConnectError(f"Secrets Manager does not take the secret {name}: {error}") from error
        arn = manager.put_secret_value(SecretId=name, SecretString=text)["ARN"]
    return arn
