"""Mailchimp's webhook -> `audience-events`: recognised, and queued as a hint."""

from dataclasses import dataclass

from accord.domain.audience_hint import AudienceHint, HintKind
from accord.domain.connection import Connection, ConnectionState
from accord.ports import HintQueue, QueuedHint


@dataclass(frozen=True, slots=True)
class ReceiveAudienceEvents:
    """Queues what is of this audience and of use."""

    queue: HintQueue

    def __call__(self, connection: Connection, audience_id: str, hint: AudienceHint) -> bool:
        """Whether the hint was queued. One about another audience is not, nor one about somebody whom Mailchimp has
        forgotten, whose address tells nothing any more; a campaign waits for the weekly activity. Where a connection is
        disconnected nothing goes either way: should it be reconnected, the whole audience is read anew."""
        mine = audience_id == connection.audience_id and connection.state is not ConnectionState.DISCONNECTED
        if not mine or hint.is_forgotten or hint.kind is HintKind.CAMPAIGN:
            return False
        self.queue.send(QueuedHint(connection.id, hint))
        return True
