"""What an application that is read shows of a member, and what its consent box says, seen again and again.

An application that posts its changes says when somebody agreed. A box that is read only says whether it is ticked now,
so Accord remembers how it was when it last looked, and takes of the possible times always the one that mails less:

- ticked when first seen: an opt-in without a time, older than every opt-out;
- ticked after it was seen unticked: an opt-in as old as that look, so that an opt-out made in between stands;
- unticked after it was seen ticked: an opt-out of the moment at which that was seen;
- never seen ticked: `unknown`. It withdraws nothing (the person may have signed up in Mailchimp) and allows nothing.

So nobody is mailed who did not tick the box, and nobody who unticked it.
"""

from datetime import datetime, timedelta
from typing import Any

from accord.domain.values import Moment, Value

_JUST_AFTER = timedelta(microseconds=1)


class SeenMember(Value):
    """One member: the change that would have been posted (DESIGN section 6), and the consent box beside it."""

    change: dict[str, Any]
    ticked: bool | None = None
    """None: there is no box; the change says itself what is known of consent."""
    source: str = ""
    """What the box is called, as the proof of consent shows it."""


class Box(Value):
    """One member's consent box as it was last seen."""

    ticked: bool
    source: str
    seen_at: Moment
    since: Moment | None = None
    """When it came to be so, as told above; None: it was so when it was first seen."""

    def seen_again(self, seen: "Box") -> "Box":
        """Both looks in one. Another box than before begins anew; a look that is older than this one tells nothing."""
        if seen.source != self.source:
            return seen
        if seen.seen_at <= self.seen_at:
            return self
        if seen.ticked == self.ticked:
            return seen.model_copy(update={"since": self.since})
        return seen.model_copy(update={"since": self.seen_at + _JUST_AFTER if seen.ticked else seen.seen_at})

    def consent(self) -> dict[str, Any]:
        """As the wire has it."""
        unticked = "opted_out" if self.since is not None else "unknown"
        at = {"at": self.since.isoformat()} if self.since is not None else {}
        return {"status": "opted_in" if self.ticked else unticked, "source": self.source, **at}


def look(seen: SeenMember, at: datetime) -> Box | None:
    """The box as it was seen at that moment; None where there is none."""
    return None if seen.ticked is None else Box(ticked=seen.ticked, source=seen.source, seen_at=at)


def with_consent(seen: SeenMember, box: Box) -> dict[str, Any]:
    """The change with what the box says, as far as it is known from all looks."""
    return {**seen.change, "member": {**seen.change["member"], "consent": box.consent()}}
