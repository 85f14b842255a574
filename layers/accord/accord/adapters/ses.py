"""Email through Amazon SES: the adapter of the port `Mail`."""

from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from accord.errors import Retryable

if TYPE_CHECKING:
    from mypy_boto3_sesv2 import SESV2Client


class SesMail:
    """From one sender, whose address or domain SES has verified; without one nothing is sent."""

    def __init__(self, client: "SESV2Client", sender: str) -> None:
        self._client = client
        self._sender = sender

    def send(self, to: str, subject: str, text: str) -> None:
        """One call. What SES says is not repeated: it may quote the address."""
        if not self._sender:
            return
        try:
            self._client.send_email(
                FromEmailAddress=self._sender,
                Destination={"ToAddresses": [to]},
                Content={"Simple": {"Subject": {"Data": subject}, "Body": {"Text": {"Data": text}}}},
            )
        except (ClientError, BotoCoreError) as error:
            raise Retryable("SES did not take the email", effect_unknown=True) from error
