"""An authorisation that an operator began and the account's owner has not given yet: what its `state` stands for."""

from datetime import timedelta
from typing import Literal

from accord.domain.values import Moment, Value

VALID_FOR = timedelta(minutes=10)
type Service = Literal["mailchimp", "cobot"]


class Authorisation(Value):
    """Who began it, for which connection. `operator` is the hash of the token that began it: when that token is not an
    operator's any more, the authorisation is nobody's."""

    service: Service = "mailchimp"
    connection_id: str
    operator: str
    expires_at: Moment
