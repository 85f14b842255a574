"""A connection -> the Mailchimp account that it may call, or what an operator has to mend first."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from accord.domain.connection import Connection
from accord.errors import AccordError, Misconfigured
from accord.ports.connections import Account, ConnectionSecrets
from accord.usecases.explain_refusal import FieldError

KEY = "mailchimp_api_key"
type AccountOf = Callable[[str, str], Account]
"""Of a base URL and a key."""


class SettingsRefusedError(AccordError):
    """What an operator said can not be so; each error names the field and the remedy."""

    def __init__(self, *errors: FieldError) -> None:
        super().__init__(", ".join(error.field for error in errors))
        self.errors = errors


class NotNowError(AccordError):
    """The connection does not allow this as it stands; the text says from where it does, or what to do first."""


@contextmanager
def refusals_named() -> Iterator[None]:
    """What Mailchimp refuses of the account itself is an error of the field that holds the key."""
    try:
        yield
    except Misconfigured as error:
        raise SettingsRefusedError(FieldError(KEY, _remedy(error))) from error


def _remedy(error: Misconfigured) -> str:
    """Of the error only what happened: its remedy is that of a connection at work."""
    happened = str(error).partition(":")[0]
    return f"does not work ({happened}); send a valid key of an active account, or mailchimp_base_url with it"


@dataclass(frozen=True, slots=True)
class ReachAccount:
    """The account behind a connection's own key or token."""

    secrets: ConnectionSecrets
    account_of: AccountOf

    def __call__(self, connection: Connection, base_url: str = "") -> Account:
        """`base_url` instead of the connection's own. Raises NotNowError where there is no key yet."""
        return self.account_of(base_url or connection.api_base_url, self.key(connection))

    def key(self, connection: Connection) -> str:
        """The key or token itself. Raises NotNowError where there is none yet."""
        key = self.secrets.read(connection.secret_arn).get(KEY) if connection.secret_arn else None
        if not isinstance(key, str) or not key:
            raise NotNowError(
                "The connection has no Mailchimp account yet: give it an API key (mailchimp_api_key), or authorise it "
                "through Mailchimp."
            )
        return key
