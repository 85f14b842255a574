"""What can go wrong beyond a port, named for the remedy.

    AccordError
    ├── Retryable       the next due time will: 429, 5xx, a bare 403 or 503, timeouts, throttled AWS calls
    ├── Rejected        record it and move on: Mailchimp understood and refused this one contact
    └── Misconfigured   wake a person: wrong key, missing audience, plan limit; the connection pauses itself

No message holds personal data: Mailchimp's `title` is quoted, never its `detail`, which repeats the address.
"""

from enum import StrEnum


class AccordError(Exception):
    """The base of all errors that Accord raises on purpose."""


class Retryable(AccordError):
    """It may work later. `effect_unknown`: the call may have taken, or may still take, effect."""

    def __init__(
        self, message: str, *, effect_unknown: bool, still_running: bool = False, asks_for_pause: bool = False
    ) -> None:
        super().__init__(message)
        self.asks_for_pause = asks_for_pause
        """There were more calls than are taken: nobody should make one for a minute."""
        self.effect_unknown = effect_unknown
        self.still_running = still_running
        """The call got no answer, so it may take effect until the claim on the address ends."""


class Refusal(StrEnum):
    """Why Mailchimp refused one contact (FACTS section 3), matched by status and title."""

    EXISTS = "exists"
    COMPLIANCE = "compliance"
    FORGOTTEN = "forgotten"
    EMAIL_REFUSED = "email_refused"
    FIELD_INVALID = "field_invalid"
    SIGNUP_THROTTLED = "signup_throttled"
    CAN_NOT_ARCHIVE = "can_not_archive"
    NOT_FOUND = "not_found"
    OTHER = "other"


class Rejected(AccordError):
    """Mailchimp refused. `detail` names the merge tag or the title of the problem."""

    def __init__(self, refusal: Refusal, detail: str = "") -> None:
        super().__init__(f"{refusal.value}: {detail}" if detail else refusal.value)
        self.refusal = refusal
        self.detail = detail


class Fault(StrEnum):
    """What a person has to act on, where Mailchimp's answer tells. A reason of connections has the same name."""

    ACCOUNT_REFUSED = "account_refused"
    AUDIENCE_GONE = "audience_gone"


class Misconfigured(AccordError):
    """Nothing works until a person acts; the message says what and how."""

    def __init__(self, message: str, *, fault: Fault | None = None) -> None:
        super().__init__(message)
        self.fault = fault
