"""/conversations: deprecated in favour of the Inbox, of which they show nothing (FACTS 1.8)."""

from typing import Any

from tools.mailchimp_simulator.api.rendering import links
from tools.mailchimp_simulator.api.router import Call, route
from tools.mailchimp_simulator.domain.audience import Audience
from tools.mailchimp_simulator.domain.clock import iso
from tools.mailchimp_simulator.domain.conversations import Conversation, Message
from tools.mailchimp_simulator.domain.problems import not_found

_CONVERSATION = "/conversations/{conversation_id}"


def _message(message: Message) -> dict[str, Any]:
    return {
        "from_label": message.from_label,
        "from_email": message.from_email,
        "subject": message.subject,
        "message": message.text,
        "read": message.read,
        "timestamp": iso(message.moment),
    }


def _shown(call: Call, conversation: Conversation) -> dict[str, Any]:
    first, last = conversation.messages[0], conversation.messages[-1]
    path = f"/conversations/{conversation.id}"
    return {
        "id": conversation.id,
        "message_count": len(conversation.messages),
        "campaign_id": conversation.campaign_id,
        "list_id": conversation.list_id,
        "unread_messages": conversation.unread,
        "from_label": first.from_label,
        "from_email": first.from_email,
        "subject": first.subject,
        "last_message": _message(last),
        "_links": links(call.outside.url, ("self", path), ("parent", "/conversations")),
    }


def _named(call: Call) -> tuple[Audience, Conversation]:
    for audience in call.account.audiences:
        if call.params["conversation_id"] in audience.conversations:
            return audience, audience.conversations[call.params["conversation_id"]]
    raise not_found()


@route("GET", "/conversations")
def list_conversations(call: Call) -> dict[str, Any]:
    unread, list_id = call.choice("has_unread_messages", ("true", "false")), call.query.get("list_id", "")
    campaign_id = call.query.get("campaign_id", "")
    found = [
        conversation
        for audience in call.account.audiences
        for conversation in audience.conversations.values()
        if unread in ("", "true" if conversation.unread else "false")
        and list_id in ("", conversation.list_id)
        and campaign_id in ("", conversation.campaign_id)
    ]
    return {
        "conversations": [_shown(call, conversation) for conversation in call.cut(found)],
        "total_items": len(found),
        "_links": links(call.outside.url, ("self", "/conversations")),
    }


@route("GET", _CONVERSATION)
def get_conversation(call: Call) -> dict[str, Any]:
    return _shown(call, _named(call)[1])


def _message_shown(call: Call, audience: Audience, conversation: Conversation, message: Message) -> dict[str, Any]:
    """`list_id` is the audience's `web_id` here (specification)."""
    path = f"/conversations/{conversation.id}/messages"
    ids = {"id": message.id, "conversation_id": conversation.id, "list_id": audience.web_id}
    ways = links(call.outside.url, ("self", f"{path}/{message.id}"), ("parent", path))
    return ids | _message(message) | {"_links": ways}


@route("GET", _CONVERSATION + "/messages")
def list_messages(call: Call) -> dict[str, Any]:
    audience, conversation = _named(call)
    read = call.choice("is_read", ("true", "false"))
    found = [
        message
        for message in conversation.messages
        if read in ("", "true" if message.read else "false") and call.between(message.moment, "timestamp")
    ]
    return {
        "conversation_messages": [_message_shown(call, audience, conversation, message) for message in found],
        "conversation_id": conversation.id,
        "total_items": len(found),
        "_links": links(call.outside.url, ("self", f"/conversations/{conversation.id}/messages")),
    }


@route("GET", _CONVERSATION + "/messages/{message_id}")
def get_message(call: Call) -> dict[str, Any]:
    audience, conversation = _named(call)
    for message in conversation.messages:
        if message.id == call.params["message_id"]:
            return _message_shown(call, audience, conversation, message)
    raise not_found()
