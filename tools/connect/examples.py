"""What an application needs of its new connection, and two ways to try it at once."""

from tools.connect.connecting import Connected

_TEXT = """
Connected. The signing secret and the token are shown this once; keep them where your application keeps its secrets.

  connection      {connection_id}
  changes go to   {url}
  signing secret  {signing_secret}
  token           {token}

Signed, as Standard Webhooks prescribes (pip install standardwebhooks requests):

  import json, uuid
  from datetime import UTC, datetime
  import requests
  from standardwebhooks import Webhook

  now = datetime.now(UTC)
  member = {{"email": "anna@your-domain.org", "first_name": "Anna",
            "consent": {{"status": "opted_in", "at": now.isoformat(), "source": "signup form"}}}}
  change = {{"type": "member.upserted", "id": "m-17", {order}"member": member}}
  body, request_id = json.dumps({{"changes": [change]}}), f"msg_{{uuid.uuid4().hex}}"
  signature = Webhook("{signing_secret}").sign(request_id, now, body)
  headers = {{"webhook-id": request_id, "webhook-timestamp": str(int(now.timestamp())), "webhook-signature": signature}}
  print(requests.post("{url}", data=body, headers=headers, timeout=10).text)

With the token, and then what became of it:

  curl -X PUT '{url}/m-17' -H 'Authorization: Bearer {token}' -H 'Content-Type: application/json' \\
    -d '{{"type": "member.upserted", {curl_order}"member": {{"email": "anna@your-domain.org", "first_name": "Anna"}}}}'
  curl '{url}/m-17' -H 'Authorization: Bearer {token}'
"""

_IN_PYTHON = {"occurred_at": '"occurred_at": now.isoformat(), ', "version": '"version": 1, ', "received": ""}
_IN_JSON = {"occurred_at": "", "version": '"version": 1, ', "received": ""}
"""A single change without a time happened when it arrived."""


def explained(connected: Connected) -> str:
    """The summary for a terminal. It holds the secrets: for the person who connects, and for no log."""
    order = connected.connection.order_by.value
    return _TEXT.format(
        connection_id=connected.connection.id,
        url=connected.url,
        signing_secret=connected.signing_secret,
        token=connected.token,
        order=_IN_PYTHON[order],
        curl_order=_IN_JSON[order],
    )
