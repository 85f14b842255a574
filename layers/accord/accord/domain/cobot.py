"""How one space of Cobot is read: where it is, and which of its custom fields carry consent and birthday."""

import re
from typing import Annotated

from pydantic import StringConstraints

from accord.domain.values import Value

REFERENCE = re.compile(r"[A-Za-z0-9_-]{1,128}")
"""The id of a membership or subscription, as it may stand in a URL."""

SpaceName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")]
"""The space's subdomain."""

FieldName = Annotated[str, StringConstraints(strip_whitespace=True, max_length=100)]


class Cobot(Value):
    """The settings of a connection whose application is Cobot. Its token lies in the connection's secret."""

    space: SpaceName
    consent_field: FieldName = ""
    """The label of the custom field with which members agree to the newsletter; without one nobody has agreed."""
    birthday_field: FieldName = ""
    ticked_values: tuple[str, ...] = ("1", "true", "yes", "on")
    """What the consent field holds when it is ticked, in any case of letters, beside its own label. Anything else
    is no consent."""
    webhook_secret_hashes: tuple[str, ...] = ()
    """Of the secrets in the URL that Cobot calls. Without one the space is not linked to the connection."""
    told_at: str = ""
    """What Cobot was told to call, without the secret at its end."""
    base_url: str = ""
    """Where the space is on a local stack; passed over everywhere else."""

    def url(self, *, is_local: bool) -> str:
        """The space's own address, without a slash at its end. Nothing else is ever called with its token."""
        return self.base_url.rstrip("/") if is_local and self.base_url else f"https://{self.space}.cobot.me"
