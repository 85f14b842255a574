"""The audience's webhook: how Mailchimp tells Accord what people and the newsletter's owner do there, kept in order."""

from collections.abc import Callable

from accord.adapters.mailchimp.account import MailchimpAccount
from accord.ports.keeping import RegisteredWebhook, Registration


class MailchimpRegistration:
    """`AudienceWebhook` over the webhooks of one audience at `url`: `.../mailchimp/webhooks/{connection}`, without the
    secret."""

    def __init__(self, account: MailchimpAccount, audience_id: str, url: str) -> None:
        self._account = account
        self._audience_id = audience_id
        self._url = f"{url.rstrip('/')}/"

    def register(self, secret: str) -> tuple[str, ...]:
        """Register `url/secret`, in place of all that was there under `url`. Mailchimp calls it at once and wants a
        200: the secret must be known before. What it signs with: nothing where it does not. Raises Rejected."""
        self.remove()
        signing_secret = self._account.create_webhook(self._audience_id, self._url + secret)
        return (signing_secret,) if signing_secret else ()

    def remove(self) -> None:
        """One call, and one for each that is there."""
        for webhook in self._ours():
            self._account.delete_webhook(self._audience_id, webhook.id)

    def look(self, is_known: Callable[[str], bool]) -> Registration:
        """One call. `is_known` says whether a secret is one of the connection's, of which Accord keeps hashes."""
        known: list[RegisteredWebhook] = []
        strays: list[RegisteredWebhook] = []
        for webhook in self._ours():
            fits = is_known(webhook.url.removeprefix(self._url)) and not known
            (known if fits else strays).append(webhook)
        return Registration(known[0] if known else None, tuple(strays))

    def repair(self, found: Registration) -> bool:
        """Set right what somebody changed and remove what is astray; False where there is nothing to set right, and a
        new one must be registered, with a new secret. Raises Rejected."""
        for stray in found.strays:
            self._account.delete_webhook(self._audience_id, stray.id)
        if found.webhook is None:
            return False
        if not found.webhook.tells_all:
            self._account.change_webhook(self._audience_id, found.webhook.id)
        return True

    def _ours(self) -> list[RegisteredWebhook]:
        return [each for each in self._account.webhooks(self._audience_id) if each.url.startswith(self._url)]
