"""Conversations, which Mailchimp gave up for its Inbox: what is past can still be read, nothing new joins."""

from dataclasses import dataclass


@dataclass(slots=True)
class Message:
    """`from_email` is that of the contact, or of the newsletter's owner when `is_user`."""

    id: str
    from_email: str
    from_label: str
    subject: str
    text: str
    moment: int
    read: bool = False
    is_user: bool = False


@dataclass(slots=True)
class Conversation:
    """The replies of one contact to one campaign, the oldest message first."""

    id: str
    list_id: str
    campaign_id: str
    web_id: int
    messages: list[Message]

    @property
    def unread(self) -> int:
        return sum(not message.read for message in self.messages)
