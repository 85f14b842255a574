"""The story that `make demo` tells: six things that happen to members, what was sent, and what both sides show."""

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from tools.local_stack.shown import Terminal
from tools.local_stack.stack import LocalStack

A_REQUEST = 500
OUTAGE = 3.0  # seconds that Mailchimp stays away after the first failure was seen

ANNA: dict[str, Any] = {
    "email": "anna.duval@demo.test",
    "first_name": "Anna",
    "last_name": "Duval",
    "plan": "Flex",
    "joined_on": "2024-05-01",
    "language": "fr",
    "consent": {
        "status": "opted_in",
        "at": "2024-05-01T09:00:00Z",
        "source": "signup form",
        "wording": "J'accepte de recevoir la newsletter",
    },
}
BORIS: dict[str, Any] = {"email": "boris.zajac@demo.test", "first_name": "Boris", "last_name": "Zając", "plan": "Nomad"}
"""He was never asked: there is no consent in what the application knows."""
NEW_ADDRESS = "anna@duval.demo.test"


class StoryError(Exception):
    """Something in the story is not so; the message says what."""


class Story:
    """Told on a stack whose sample members have settled."""

    def __init__(self, stack: LocalStack, terminal: Terminal, samples: list[dict[str, Any]]) -> None:
        self._stack = stack
        self._terminal = terminal
        self._samples = samples

    def tell(self) -> None:
        """All chapters, in order. Raises StoryError, or what the stack raises, at the first that does not hold."""
        chapters: tuple[Callable[[], None], ...] = (
            self.a_new_member,
            self.one_without_consent,
            self.a_change_of_plan,
            self.a_change_of_address,
            self.a_repetition,
            self.an_outage,
        )
        for number, chapter in enumerate(chapters, start=1):
            self._terminal.heading(f"{number}. {chapter.__doc__}")
            begun = time.monotonic()
            chapter()
            self._terminal.say(f"  {time.monotonic() - begun:.1f} s", style="dim")

    def a_new_member(self) -> None:
        """A new member"""
        self._post("anna", ANNA)
        self._accord("anna", "synced")
        contact = self._contact(ANNA["email"])
        self._check(contact["status"] == "subscribed", "Anna is subscribed in Mailchimp, because she agreed")

    def one_without_consent(self) -> None:
        """One without consent, and why he is not there"""
        self._post("boris", BORIS)
        english = self._accord("boris", "excluded")
        french = self._stack.api.member("boris", language="fr") or {}
        self._terminal.say(f"  en français     « {french['reason']['message']} »")
        self._check(english["reason"]["code"] == "no_consent", "Accord says why, and what to do")
        standing = self._stack.audience.standing(BORIS["email"])
        self._terminal.say(f"  Mailchimp       {BORIS['email']}: {standing['status']}")
        self._check(standing["status"] == "unknown", "Mailchimp never heard of him")

    def a_change_of_plan(self) -> None:
        """A change of plan"""
        self._post("anna", {**ANNA, "plan": "Full time"})
        self._accord("anna", "synced")
        contact = self._contact(ANNA["email"])
        self._check(contact["merge_fields"]["PLAN"] == "Full time", "Mailchimp shows the new plan")

    def a_change_of_address(self) -> None:
        """A change of email address"""
        before = self._stack.audience.standing(ANNA["email"])["contact_id"]
        self._post("anna", {**ANNA, "plan": "Full time", "email": NEW_ADDRESS})
        self._accord("anna", "synced")
        after = self._contact(NEW_ADDRESS)
        self._check(after["contact_id"] == before, f"it is the same contact, {before}, with all its history")
        old = self._stack.audience.standing(ANNA["email"])["status"]
        self._check(old == "unknown", "nobody is left at the old address")

    def a_repetition(self) -> None:
        """The same again, which costs nothing"""
        again = self._samples[:A_REQUEST]
        self._stack.audience.forget_calls()
        moment = _now()
        self._terminal.say(f"  sent            {len(again)} members as they are, at {moment}")
        self._stack.post([{**change, "occurred_at": moment} for change in again])
        self._stack.api.wait_for(again[-1]["id"], lambda member: _is_done(member, moment))
        self._stack.api.wait_until_settled(len(self._samples))
        calls = self._stack.audience.calls()["total"]
        self._terminal.say(f"  Mailchimp       {calls} calls")
        self._check(calls == 0, f"{len(again)} unchanged members cost no call")

    def an_outage(self) -> None:
        """Mailchimp is away for a while"""
        mailchimp = self._stack.audience
        mailchimp.add_fault("timeout", times=1)
        mailchimp.add_fault("503_bare", rate=0.5)
        mailchimp.add_fault("500")
        self._terminal.say("  Mailchimp       is away: it answers 500, 503, or nothing")
        chosen = [
            change for change in self._samples if change["member"].get("consent", {}).get("status") == "opted_in"
        ][:3]
        moment = _now()
        moved = [
            {**change, "occurred_at": moment, "member": {**change["member"], "plan": "Away day"}} for change in chosen
        ]
        self._terminal.say(f"  sent            {len(moved)} changes of plan, each answered with 202: accepted")
        self._stack.post(moved)
        ids = [change["id"] for change in moved]
        for member_id in ids:
            self._stack.api.wait_for(member_id, lambda member: member["reason"]["code"] == "retrying")
        time.sleep(OUTAGE)
        for member_id in ids:
            member = self._accord(member_id, "pending", settled=False)
        self._check(member["reason"]["code"] == "retrying", "nothing is lost: they wait, and are tried again")
        mailchimp.end_faults()
        self._terminal.say("  Mailchimp       is back")
        for change in moved:
            self._accord(change["id"], "synced")
            contact = mailchimp.contact(change["member"]["email"])
            self._check(contact["merge_fields"]["PLAN"] == "Away day", f"{change['id']}: Mailchimp shows the new plan")

    def _post(self, member_id: str, member: dict[str, Any]) -> None:
        change = {"type": "member.upserted", "id": member_id, "occurred_at": _now(), "member": member}
        self._terminal.say(f"  sent            {json.dumps(change, ensure_ascii=False)}")
        receipt = self._stack.post([change])
        self._check(receipt.accepted == (member_id,), "answered with 202: accepted")
        moment = str(change["occurred_at"])
        self._stack.api.wait_for(member_id, lambda known: _is_done(known, moment))

    def _accord(self, member_id: str, status: str, *, settled: bool = True) -> dict[str, Any]:
        api = self._stack.api
        member = api.wait_for(member_id, lambda known: not settled or known["status"] != "pending")
        self._terminal.say(f"  Accord          {member_id} is {member['status']}: {member['reason']['message']}")
        self._check(member["status"] == status, f"{member_id} is {status}")
        return member

    def _contact(self, email: str) -> dict[str, Any]:
        contact = self._stack.audience.contact(email)
        shown = {tag: value for tag, value in contact["merge_fields"].items() if value}
        self._terminal.say(f"  Mailchimp       {contact['email_address']} is {contact['status']}: {shown}")
        return contact

    def _check(self, holds: bool, sentence: str) -> None:
        if not holds:
            raise StoryError(f"not so: {sentence}")
        self._terminal.say(f"  ✓ {sentence}", style="green")


def _is_done(member: dict[str, Any], moment: str) -> bool:
    """Whether the change of that moment, or a later one, is settled."""
    version = datetime.fromisoformat(str(member["version"]))
    return version >= datetime.fromisoformat(moment) and member["status"] != "pending"


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
