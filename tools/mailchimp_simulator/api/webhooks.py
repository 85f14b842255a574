"""/lists/{list_id}/webhooks and /batch-webhooks."""

from typing import Any

from tools.mailchimp_simulator.api.rendering import links
from tools.mailchimp_simulator.api.router import Call, route
from tools.mailchimp_simulator.domain.batches import BatchWebhook
from tools.mailchimp_simulator.domain.body import read
from tools.mailchimp_simulator.domain.ids import secret, short_id
from tools.mailchimp_simulator.domain.problems import unfit
from tools.mailchimp_simulator.domain.webhooks import Webhook

_WEBHOOKS = "/lists/{list_id}/webhooks"
_WEBHOOK = _WEBHOOKS + "/{webhook_id}"
_BATCH_WEBHOOKS = "/batch-webhooks"
_BATCH_WEBHOOK = _BATCH_WEBHOOKS + "/{batch_webhook_id}"


async def _validate(call: Call, url: str) -> None:
    if not await call.outside.answers(url):
        raise unfit(("url", "The specified URL is not valid: it must answer GET requests with a 200."))


def _signing(key: str | None) -> dict[str, Any]:
    """Told once, when the webhook is made (FACTS 5.3)."""
    return {"signing_enabled": key is not None} | ({"signing_secret": key} if key else {})


def _shown(call: Call, webhook: Webhook) -> dict[str, Any]:
    path = f"/lists/{call.audience.id}/webhooks"
    shown = {"id": webhook.id, "url": webhook.url, "events": webhook.events, "sources": webhook.sources}
    ways = links(call.outside.url, ("self", f"{path}/{webhook.id}"), ("parent", path))
    return shown | {"list_id": call.audience.id, "_links": ways}


@route("GET", _WEBHOOKS)
def list_webhooks(call: Call) -> dict[str, Any]:
    webhooks = call.audience.webhooks
    shown = [_shown(call, webhook) for webhook in webhooks]
    return {"webhooks": shown, "list_id": call.audience.id, "total_items": len(webhooks), "_links": []}


@route("POST", _WEBHOOKS)
async def create_webhook(call: Call) -> dict[str, Any]:
    webhooks, body = call.audience.webhooks, call.body()
    await _validate(call, webhooks.check_url(body))
    made = webhooks.create(body)
    return _shown(call, made) | _signing(made.secret)


@route("GET", _WEBHOOK)
def get_webhook(call: Call) -> dict[str, Any]:
    return _shown(call, call.audience.webhooks.get(call.params["webhook_id"]))


@route("PATCH", _WEBHOOK)
async def change_webhook(call: Call) -> dict[str, Any]:
    webhooks, body, webhook_id = call.audience.webhooks, call.body(), call.params["webhook_id"]
    url = read(body, "url", str, "")
    if url and url != webhooks.get(webhook_id).url:
        await _validate(call, url)
    return _shown(call, webhooks.change(webhook_id, body))


@route("DELETE", _WEBHOOK)
def delete_webhook(call: Call) -> None:
    call.audience.webhooks.delete(call.params["webhook_id"])


def _batch_shown(webhook: BatchWebhook) -> dict[str, Any]:
    return {"id": webhook.id, "url": webhook.url, "enabled": webhook.enabled, "_links": []}


@route("GET", _BATCH_WEBHOOKS)
def list_batch_webhooks(call: Call) -> dict[str, Any]:
    webhooks = list(call.account.batches.webhooks.values())
    return {"webhooks": [_batch_shown(each) for each in call.cut(webhooks)], "total_items": len(webhooks), "_links": []}


@route("POST", _BATCH_WEBHOOKS)
async def create_batch_webhook(call: Call) -> dict[str, Any]:
    body, batches = call.body(), call.account.batches
    url = batches.check_webhook(body)
    await _validate(call, url)
    key = secret() if read(body, "signing_enabled", bool, True) else None
    made = BatchWebhook(short_id(), url, key, read(body, "enabled", bool, True))
    batches.webhooks[made.id] = made
    return _batch_shown(made) | _signing(key)


@route("GET", _BATCH_WEBHOOK)
def get_batch_webhook(call: Call) -> dict[str, Any]:
    return _batch_shown(call.account.batches.webhook(call.params["batch_webhook_id"]))


@route("PATCH", _BATCH_WEBHOOK)
async def change_batch_webhook(call: Call) -> dict[str, Any]:
    known, body = call.account.batches.webhook(call.params["batch_webhook_id"]), call.body()
    url = read(body, "url", str, known.url)
    if url != known.url:
        await _validate(call, url)
    known.url, known.enabled = url, read(body, "enabled", bool, known.enabled)
    return _batch_shown(known)


@route("DELETE", _BATCH_WEBHOOK)
def delete_batch_webhook(call: Call) -> None:
    batches = call.account.batches
    del batches.webhooks[batches.webhook(call.params["batch_webhook_id"]).id]
