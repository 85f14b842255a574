"""Documents of the operator API, as its contract fixes them."""

from tests.tools.accord.small_accord import Document

ZOO = "/v1/connections/zoo"
SUNDAY = "2026-11-22T03:00:00.000000Z-night"
PLAN = "2026-11-22T10:00:00.000000Z-0badcafe"


def connection(state: str = "live", **other: object) -> Document:
    """The zoo."""
    return {
        "id": "zoo",
        "name": "The Zoo",
        "application": "api",
        "preset": "recommended",
        "state": state,
        "reason": {"code": "x", "message": "The otters agree.", "next_step": ""},
        "state_since": "2026-11-22T10:00:00Z",
        "created_at": "2026-11-20T10:00:00Z",
        "mailchimp": {
            "authorised_by": "api_key",
            "base_url": "https://us1.api.mailchimp.com/3.0",
            "account": "Zoo Ltd",
        },
        "audience": {"id": "b1rd5", "name": "Birds"},
        "policies": {"on_leave": "archive", "profile_changes_upstream": False},
        "order_by": "occurred_at",
        "language": "en",
        "mapping": {"first_name": "FNAME", "plan": "PLAN"},
        "permissions": {},
        "notices": {"url": None, "stopped": None},
        "webhook": {"registered": True, "signed": True, "checked_at": "2026-11-23T10:00:00Z"},
        "signup_form_url": "",
        "email": None,
        "cobot": None,
        **other,
    }


def run(state: str, done: int, total: int = 300) -> Document:
    """The first import."""
    return {
        "id": "r-1",
        "kind": "first_import",
        "state": state,
        "at": "2026-11-22T10:00:00Z",
        "done_at": None,
        "done": done,
        "total": total,
        "counts": {"synced": done},
        "since": None,
        "calls": None,
        "detail": None,
    }


def reconciliation(state: str, done: int = 2000, counts: Document | None = None, **other: object) -> Document:
    """A reading of the whole audience; its name holds a colon, as they all do."""
    return {
        "id": SUNDAY,
        "kind": "reconciliation",
        "state": state,
        "at": "2026-11-22T03:00:00Z",
        "done_at": None if state == "running" else "2026-11-22T03:02:05.4Z",
        "done": done,
        "total": 2000,
        "counts": counts or {},
        "since": None,
        "calls": {"made": 7, "least": 3} if state == "done" else None,
        "detail": None,
        **other,
    }


def plan(would: dict[str, int] | None = None, **other: object) -> Document:
    """What a reconciliation would do; without `would` it is being made."""
    made = would is not None
    return {
        **run("done" if made else "running", 1000, 2000),
        "id": PLAN,
        "kind": "plan",
        "good_until": "2999-11-23T10:00:00Z",
        "lines": sum(would.values()) if would is not None else None,
        "would": would,
        "billed_contacts_change": 0 if made else None,
        "calls_needed": 1 if made else None,
        "beyond_caps": [],
        "applied_by": None,
        **other,
    }


def line(member_id: str, planned: str, *changes: tuple[str, object, object], **other: object) -> Document:
    """What would become of one member; `changes` are a field, what it shows, and what it would."""
    return {
        "id": member_id,
        "planned": planned,
        "status": "synced",
        "reason": None,
        "changes": [{"field": field, "before": before, "after": after} for field, before, after in changes],
        "add_tags": [],
        "remove_tags": [],
        "billed_contacts_change": 0,
        "left_out": None,
        **other,
    }


SUMMARY: Document = {
    "id": "s-1",
    "at": "2026-11-22T10:00:00Z",
    "contacts": 40,
    "members": 300,
    "would": {"create": 250, "update": 30, "leave_alone": 5, "unsubscribe": 2, "archive": 0},
    "excluded": [{"code": "no_consent", "message": "They never agreed.", "count": 13}],
    "unsubscribed_found": 7,
    "billed_contacts_change": 250,
    "former_unread": [],
}

CREDENTIALS: Document = {
    "url": "https://accord.test/v1/connections/zoo/members",
    "token": "walrus",
    "signing_secret": "whsec_b3R0ZXI=",
}
