"""What connecting an account asks of the world, in memory."""

from accord.domain.authorisation import Authorisation
from accord.errors import Refusal, Rejected
from accord.ports.authorising import Grant


class FakeAuthorisations:
    """`Authorisations` in a dictionary."""

    def __init__(self) -> None:
        self.begun: dict[str, Authorisation] = {}

    def begin(self, state_hash: str, authorisation: Authorisation) -> None:
        self.begun[state_hash] = authorisation

    def take(self, state_hash: str) -> Authorisation | None:
        return self.begun.pop(state_hash, None)


class FakeAccountOwner:
    """An owner whose codes are known beforehand; each is good once."""

    def __init__(self, codes: dict[str, Grant], audiences: set[str]) -> None:
        self.codes = codes
        self.audiences = audiences
        self.asked: list[tuple[str, str]] = []
        self.broken: Exception | None = None

    def authorize_url(self, state: str, redirect_uri: str) -> str:
        if self.broken is not None:
            raise self.broken
        return f"https://mailchimp.test/authorize?state={state}&to={redirect_uri}"

    def grant(self, code: str, redirect_uri: str) -> Grant:
        self.asked.append((code, redirect_uri))
        if self.broken is not None:
            raise self.broken
        if code not in self.codes:
            raise Rejected(Refusal.OTHER, "invalid_grant")
        return self.codes.pop(code)

    def has_audience(self, grant: Grant, audience_id: str) -> bool:
        return audience_id in self.audiences


class FakeSpaceOwner:
    """An admin whose codes are known beforehand; each is good once."""

    def __init__(self, codes: dict[str, str]) -> None:
        self.codes = codes

    def authorize_url(self, state: str, redirect_uri: str) -> str:
        return f"https://cobot.test/authorize?state={state}&to={redirect_uri}"

    def token(self, code: str, redirect_uri: str) -> str:
        if code not in self.codes:
            raise Rejected(Refusal.OTHER, f"invalid_grant at {redirect_uri}")
        return self.codes.pop(code)
