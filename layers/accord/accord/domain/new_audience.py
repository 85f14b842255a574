"""An audience that Mailchimp is to create: what the law and Mailchimp want to be said of the one who sends."""

from typing import Annotated

from pydantic import Field

from accord.domain.values import Value

Said = Annotated[str, Field(min_length=1, max_length=255)]
May = Annotated[str, Field(max_length=255)]


class NewAudience(Value):
    """All that `POST /lists` takes (FACTS section 1.2). `country` has two letters. The two `notify_on_...` are email
    addresses that Mailchimp tells of every sign-up and every unsubscribe; empty for nobody."""

    name: Said
    from_name: Said
    from_email: Said
    subject: Said
    language: Said
    permission_reminder: Said
    company: Said
    address1: Said
    address2: May = ""
    city: Said
    state: May = ""
    zip: May = ""
    country: Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
    phone: May = ""
    double_optin: bool = False
    marketing_permissions: bool = False
    notify_on_subscribe: May = ""
    notify_on_unsubscribe: May = ""
