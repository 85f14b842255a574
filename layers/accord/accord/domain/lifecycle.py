"""A connection's way: which step leads from which state to which, and what may be sent in each. Pure and total."""

from datetime import datetime
from enum import StrEnum

from accord.domain.connection import Application, Connection, ConnectionState
from accord.domain.connection_reasons import ConnectionReason
from accord.domain.reasons import ReasonCode
from accord.domain.values import Value

DRAFT = ConnectionState.DRAFT
CHECKED = ConnectionState.CHECKED
AWAITING_APPROVAL = ConnectionState.AWAITING_APPROVAL
LIVE = ConnectionState.LIVE
PAUSED = ConnectionState.PAUSED
BROKEN = ConnectionState.BROKEN
DISCONNECTED = ConnectionState.DISCONNECTED


class Step(StrEnum):
    """What may happen to a connection as a whole."""

    CHECK = "check"
    """All checks passed."""
    FAIL_CHECK = "fail_check"
    """A check did not pass."""
    CHOOSE_AUDIENCE = "choose_audience"
    """Another audience: it has to be checked, read and approved like the first one."""
    SUMMARISE = "summarise"
    """The audience is read, and what the first import would do is summed up."""
    APPROVE = "approve"
    PAUSE = "pause"
    RESUME = "resume"
    BREAK = "break"
    """Mailchimp refuses the account."""
    LOSE_AUDIENCE = "lose_audience"
    """Mailchimp does not know the audience: deleted, or of another account."""
    MEND = "mend"
    """Mailchimp answers again."""
    DISCONNECT = "disconnect"
    RECONNECT = "reconnect"
    """To a draft: the same way again. What the ledger knows of people stays."""


class NotAllowed(Value):
    """The step does not lead anywhere from this state; from which it does."""

    step: Step
    state: ConnectionState
    allowed_from: tuple[ConnectionState, ...]


_WAYS: dict[Step, dict[ConnectionState, ConnectionState]] = {
    Step.CHECK: {DRAFT: CHECKED, CHECKED: CHECKED},
    Step.FAIL_CHECK: {DRAFT: DRAFT, CHECKED: DRAFT, AWAITING_APPROVAL: DRAFT},
    Step.CHOOSE_AUDIENCE: dict.fromkeys((DRAFT, CHECKED, AWAITING_APPROVAL, PAUSED, BROKEN), DRAFT),
    Step.SUMMARISE: {CHECKED: AWAITING_APPROVAL, AWAITING_APPROVAL: AWAITING_APPROVAL},
    Step.APPROVE: {AWAITING_APPROVAL: LIVE},
    Step.PAUSE: {LIVE: PAUSED, BROKEN: PAUSED},
    Step.RESUME: {PAUSED: LIVE, BROKEN: LIVE},
    Step.BREAK: {LIVE: BROKEN},
    Step.LOSE_AUDIENCE: {LIVE: PAUSED, BROKEN: PAUSED},
    Step.MEND: {BROKEN: LIVE},
    Step.DISCONNECT: dict.fromkeys((DRAFT, CHECKED, AWAITING_APPROVAL, LIVE, PAUSED, BROKEN), DISCONNECTED),
    Step.RECONNECT: {DISCONNECTED: DRAFT},
}


def after(state: ConnectionState, step: Step) -> ConnectionState | NotAllowed:
    """The state that the step leads to."""
    ways = _WAYS[step]
    return ways.get(state) or NotAllowed(step=step, state=state, allowed_from=tuple(ways))


def may_write(connection: Connection) -> bool:
    """Whether anything at all may be written to the audience. A broken connection tries, so that it mends by itself,
    and so does one whose audience is gone. Nothing is written before the audience was read."""
    tries = connection.state in {LIVE, BROKEN} or connection.lacks_audience
    return tries and connection.audience_read_at is not None


def may_send_urgent(connection: Connection) -> bool:
    """Whether opt-outs and erasures are carried, and contacts looked at: whatever the state (promise 9), as long as
    there is an audience that the connection is joined to."""
    return bool(connection.audience_id) and connection.state is not DISCONNECTED


def concludes(connection: Connection) -> bool:
    """Whether a member to whom nothing is to be sent is done with. Before the approval everybody waits: what is read of
    the audience until then, consent included, may change what is decided."""
    return connection.state not in {DRAFT, CHECKED, AWAITING_APPROVAL}


def why_waiting(state: ConnectionState) -> ReasonCode:
    """What the status of a member says whose change waits for the connection."""
    if state in {DRAFT, CHECKED, AWAITING_APPROVAL}:
        return ReasonCode.AWAITING_APPROVAL
    return ReasonCode.CONNECTION_PAUSED


_USUAL: dict[ConnectionState, ConnectionReason] = {
    DRAFT: ConnectionReason.READY_TO_CHECK,
    CHECKED: ConnectionReason.AUDIENCE_BEING_READ,
    AWAITING_APPROVAL: ConnectionReason.SUMMARY_READY,
    LIVE: ConnectionReason.IN_OPERATION,
    PAUSED: ConnectionReason.PAUSED_BY_OPERATOR,
    BROKEN: ConnectionReason.REFUSED_BY_MAILCHIMP,
    DISCONNECTED: ConnectionReason.DISCONNECTED_BY_OPERATOR,
}


def reason_of(connection: Connection) -> ConnectionReason:
    """Why the connection stands as it does."""
    return connection.state_code or _USUAL[connection.state]


def stepped(
    connection: Connection, step: Step, at: datetime, code: ConnectionReason | None = None, detail: str = ""
) -> Connection | NotAllowed:
    """The connection after the step, with the reason; since when only changes with the state."""
    state = after(connection.state, step)
    if isinstance(state, NotAllowed):
        return state
    since = connection.state_since if state is connection.state and connection.state_since else at
    update: dict[str, object] = {"state": state, "state_code": code, "state_reason": detail, "state_since": since}
    if step in {Step.CHOOSE_AUDIENCE, Step.RECONNECT}:
        update |= {"audience_read_at": None, "reconfirmation": None}  # the way begins anew
    return connection.model_copy(update=update)


def stopped(
    connection: Connection, at: datetime, code: ConnectionReason | None, detail: str
) -> Connection | NotAllowed:
    """The connection that Mailchimp stops: it pauses itself where the audience is gone, and breaks otherwise."""
    if code is ConnectionReason.AUDIENCE_GONE:
        return stepped(connection, Step.LOSE_AUDIENCE, at, code, detail)
    if connection.lacks_audience:  # by now the account is refused as well, which has to be mended first
        connection = connection.model_copy(update={"state": LIVE})
    return stepped(connection, Step.BREAK, at, code, detail)


def going_on(connection: Connection, at: datetime) -> Connection | NotAllowed:
    """Mailchimp answers again: what it had stopped goes on. An operator's pause stays one."""
    return stepped(connection, Step.RESUME if connection.lacks_audience else Step.MEND, at)


def what_is_missing(connection: Connection) -> ConnectionReason:
    """Why a draft is one, as far as its settings tell."""
    if connection.authorised_by is None:
        return ConnectionReason.ACCOUNT_MISSING
    if connection.application is Application.COBOT:
        if connection.cobot is None:
            return ConnectionReason.COBOT_SPACE_MISSING
        if not connection.cobot.webhook_secret_hashes:
            return ConnectionReason.COBOT_NOT_AUTHORISED
    if not connection.audience_id:
        return ConnectionReason.AUDIENCE_MISSING
    return ConnectionReason.READY_TO_CHECK
