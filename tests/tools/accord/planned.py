"""Plans that the small Accord tells of: one of five lines, and one of a hundred thousand."""

from collections.abc import Callable

from tests.tools.accord.documents import PLAN, ZOO, line, plan
from tests.tools.accord.small_accord import Document, Sent, SmallAccord

ORDER = f"POST {ZOO}/plans"
ALL = f"GET {ZOO}/plans"
ONE = f"GET {ZOO}/plans/{PLAN}"
LINES = f"{ONE}/lines"
MANY = 100_000


def pages_of(size: int, deed_of: Callable[[int], str]) -> Callable[[Sent], Document]:
    """So many lines by page, each made when it is asked for; the cursor is where to go on."""

    def page(sent: Sent) -> Document:
        begin, most = int(sent.query.get("after", 0)), int(sent.query["limit"])
        numbers = range(begin, min(begin + most, size))
        wanted = [n for n in numbers if sent.query.get("planned") in {None, deed_of(n)}]
        lines = [line(f"m-{n}", deed_of(n), ("FNAME", "Wally", f"Wilma {n}")) for n in wanted]
        return {"lines": lines, "next": str(numbers.stop) if numbers.stop < size else None}

    return page


def tell_five(api: SmallAccord) -> SmallAccord:
    """An Accord whose zoo has a plan of five lines."""
    api.tell(ORDER, {"plan": PLAN}, status=202)
    would = {"create": 1, "update": 1, "archive": 1, "unsubscribe": 1, "held_back": 1}
    made = plan(would, billed_contacts_change=1, calls_needed=4)
    api.tell(ONE, plan(), made)
    left = {"code": "unsubscribed_in_mailchimp", "message": "They unsubscribed.", "next_step": ""}
    lines = [
        line("m-17", "update", ("FNAME", "Wally", "Wilma"), add_tags=["Clients"], remove_tags=["Guests", "Night owls"]),
        line("m-18", "create", ("FNAME", None, "Otto"), ("AGE", None, 1200)),
        line("m-19", "archive"),
        line("m-20", "unsubscribe"),
        line("m-21", "held_back", reason=left),
    ]
    api.tell(LINES, {"lines": lines, "next": None})
    return api


def tell_many(api: SmallAccord) -> SmallAccord:
    """An Accord with a plan of a hundred thousand lines, of which one in a thousand archives."""
    api.tell(ONE, plan({"update": MANY - MANY // 1000, "archive": MANY // 1000}))
    api.tell(LINES, pages_of(MANY, lambda n: "archive" if n % 1000 == 7 else "update"))
    return api
