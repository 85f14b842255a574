"""What every deed of a person or of staff is made of, and why one can not be done."""

from collections.abc import Callable

from tools.mailchimp_simulator.domain.audience import Audience
from tools.mailchimp_simulator.domain.body import Body
from tools.mailchimp_simulator.domain.contact import Contact, Status
from tools.mailchimp_simulator.domain.problems import Problem

type Deed = Callable[[Audience, str, Body, int], None]


class Impossible(Exception):
    """The deed can not be done as things are: the simulator's user made a mistake. The text says which."""


def do(deeds: dict[str, Deed], audience: Audience, email: str, body: Body, now: int) -> None:
    """`body["deed"]`, one of `deeds`; raises Impossible."""
    deed = deeds.get(str(body.get("deed")))
    if deed is None:
        raise Impossible(f"deed must be one of: {', '.join(deeds)}; it is {body.get('deed')!r}")
    try:
        deed(audience, email, body, now)
    except Problem as problem:
        raise because_of(problem) from problem


def because_of(problem: Problem) -> Impossible:
    """What the API would refuse, in one line."""
    return Impossible("; ".join([problem.detail, *(f"{name}: {said}" for name, said in problem.errors)]))


def present(audience: Audience, email: str, *statuses: Status) -> Contact:
    """The contact of that address, in one of the statuses where any is given. Raises Impossible."""
    contact = audience.of_email(email)
    if contact is None:
        raise Impossible(f"{email} is not in the audience {audience.id}")
    if statuses and contact.status not in statuses:
        raise Impossible(f"{email} is {contact.status}; this needs one who is {' or '.join(statuses)}")
    return contact
