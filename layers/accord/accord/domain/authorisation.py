"""An authorisation that an operator began and the account's owner has not given yet: what its `state` stands for."""

from datetime import timedelta
from typing import Literal

from accord.domain.values import Moment, Value

VALID_FOR = timedelta(minutes=10)


class Authorisation(Value):
    """Who began it, for which connection. `operator` is the hash of the token that began it: when that token is not an
    operator's any more, the authorisation is nobody's."""

    service: Literal["mailchimp", "cobot"] = "mailchimp"
    connection_id: str
    operator: str
    expires_at: Moment
