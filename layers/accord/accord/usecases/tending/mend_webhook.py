"""After a reconciliation: how much the webhook had told, and a new one where it told nothing of what was found (S5).

Mailchimp disables a webhook whose URL fails for long, and its API does not show that (FACTS section 5.1).
"""

from collections import Counter
from contextlib import suppress
from dataclasses import dataclass

from accord.domain.connection import Connection
from accord.domain.sweep import Found
from accord.errors import Rejected
from accord.ports.keeping import Ears
from accord.usecases.tending.check_webhook import CheckWebhook


@dataclass(frozen=True, slots=True)
class MendWebhook:
    """A new webhook is as good as the old one, should that have been in order: others may have changed contacts through
    the API, of which no webhook of ours tells."""

    ears: Ears
    check: CheckWebhook

    def __call__(self, connection: Connection, found: Counter[Found]) -> None:
        """Counts what was heard since the last reconciliation, and whether the webhook was made anew. Raises
        Misconfigured, Retryable."""
        found[Found.HEARD] = self.ears.taken(connection.id)
        if not found[Found.MISSED] or found[Found.HEARD] or not connection.webhook_secret_hashes:
            return
        with suppress(Rejected):  # it is as it was; the nightly check says what to look at
            self.check.renew(connection)
            found[Found.WEBHOOK] += 1
