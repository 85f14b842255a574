"""What connecting an account asks of the world, by role: the authorisation of its owner.

Every method may raise `Retryable` or `Misconfigured` (see errors.py); `Rejected` where the docstring says so.
"""

from dataclasses import dataclass, field
from typing import Protocol

from accord.domain.authorisation import Authorisation


class Authorisations(Protocol):
    """The authorisations that were begun and are not finished; each can be taken once."""

    def begin(self, state_hash: str, authorisation: Authorisation) -> None:
        """Remember it under the hash of its `state`, for a little longer than it is valid."""

    def take(self, state_hash: str) -> Authorisation | None:
        """The authorisation, which is then gone, expired or not; None where there is none, or no more."""


@dataclass(frozen=True, slots=True)
class Grant:
    """What an account's owner granted: a token that does not expire, and where its account answers."""

    token: str = field(repr=False)
    base_url: str


class AccountOwner(Protocol):
    """Mailchimp, where the owner of an account is asked."""

    def authorize_url(self, state: str, redirect_uri: str) -> str:
        """Where to send the owner's browser."""

    def grant(self, code: str, redirect_uri: str) -> Grant:
        """The code for a token; once. Raises Rejected where the code is not good (any more)."""

    def has_audience(self, grant: Grant, audience_id: str) -> bool:
        """Whether the audience is one of this account's."""


class SpaceOwner(Protocol):
    """Cobot, where the admin of a space is asked."""

    def authorize_url(self, state: str, redirect_uri: str) -> str:
        """Where to send the admin's browser."""

    def token(self, code: str, redirect_uri: str) -> str:
        """The code for a token that does not expire; once. Raises Rejected where the code is not good (any more)."""
