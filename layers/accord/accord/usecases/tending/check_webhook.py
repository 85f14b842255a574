"""Nightly: is the audience's webhook still as it was registered? What somebody removed or changed is set right (S5)."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

from accord.domain.connection import Connection
from accord.errors import Retryable
from accord.ports import Clock
from accord.ports.connections import Connections, ConnectionSecrets
from accord.ports.keeping import AudienceWebhook, RegisteredWebhook
from accord.usecases.recognise_caller import digest

TRIES = 5
"""How often a connection is changed again after somebody else was faster."""
SIGNED_WITH = "webhook_signing_secrets"
VALID_BESIDE = timedelta(hours=23)
"""How long the secret before stays valid at least: until the next night. Mailchimp repeats for 75 minutes."""

REGISTERED, CHANGED, REMOVED = "webhook_registered", "webhook_changed", "strays_removed"
"""What may have been set right, as the counts of a run name it."""


@dataclass(frozen=True, slots=True)
class CheckWebhook:
    """Three calls to Mailchimp at the most, and one for each webhook of ours that is astray."""

    connections: Connections
    secrets: ConnectionSecrets
    webhook_of: Callable[[Connection], AudienceWebhook]
    clock: Clock
    new_secret: Callable[[], str]

    def __call__(self, connection: Connection) -> Counter[str]:
        """What was set right, and how often; nothing where all was in order. Raises what `AudienceWebhook` raises."""
        webhook = self.webhook_of(connection)
        found = webhook.look(partial(_is_known, connection))
        repaired = Counter({REMOVED: len(found.strays)})
        if webhook.repair(found) and found.webhook is not None and not connection.webhook_unfinished:
            repaired[CHANGED] += not found.webhook.tells_all
            self._keep(connection, found.webhook)
        else:
            self._register(connection, webhook)
            repaired[REGISTERED] += 1
        return +repaired

    def renew(self, connection: Connection) -> None:
        """Another webhook in place of the one there is. Raises what `AudienceWebhook` raises."""
        self._register(connection, self.webhook_of(connection))

    def _register(self, connection: Connection, webhook: AudienceWebhook) -> None:
        """The secret is known before Mailchimp calls its URL. What dies in between is done again."""
        secret = self.new_secret()
        hashed = digest(secret)
        self._edit(
            connection,
            lambda known: {
                "webhook_secret_hashes": (hashed, *known.webhook_secret_hashes[:1]),
                "webhook_secret_since": self.clock.now(),
                "webhook_unfinished": True,
            },
        )
        signs = webhook.register(secret)
        before = self._signing_secrets(connection)[:1] if signs else []
        self.secrets.update(connection.secret_arn, {SIGNED_WITH: [*signs, *before]})
        ended = {"webhook_unfinished": False, "webhook_signed": bool(signs), "webhook_checked_at": self.clock.now()}
        self._edit(connection, lambda _known: ended)

    def _keep(self, connection: Connection, webhook: RegisteredWebhook) -> None:
        """In order: the secrets before have had their day."""
        now, since = self.clock.now(), connection.webhook_secret_since
        update: dict[str, Any] = {"webhook_checked_at": now}
        signing = self._signing_secrets(connection)
        update["webhook_signed"] = bool(signing)
        if since is not None and now - since >= VALID_BESIDE:
            update |= {"webhook_secret_hashes": (digest(webhook.secret),), "webhook_secret_since": None}
            if len(signing) > 1:
                self.secrets.update(connection.secret_arn, {SIGNED_WITH: signing[:1]})
        self._edit(connection, lambda _known: update)

    def _signing_secrets(self, connection: Connection) -> list[str]:
        known = self.secrets.read(connection.secret_arn).get(SIGNED_WITH)
        return known if isinstance(known, list) else []

    def _edit(self, connection: Connection, changes: Callable[[Connection], dict[str, Any]]) -> None:
        """Over whatever else is changed in the connection meanwhile."""
        for _ in range(TRIES):
            connection = self.connections.connection(connection.id) or connection
            if self.connections.replace(connection.model_copy(update=changes(connection))):
                return
        raise Retryable("others kept changing the same connection", effect_unknown=False)


def _is_known(connection: Connection, secret: str) -> bool:
    return digest(secret) in connection.webhook_secret_hashes
