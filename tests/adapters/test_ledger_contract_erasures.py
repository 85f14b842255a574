"""The contract of the port `Ledger`, on the fake and on DynamoDB: what is left of a person who was erased."""

from dataclasses import replace

from accord.domain.erasure import Erasure
from accord.ports import Ledger, Settlement
from tests.adapters.ledger_values import (
    AUDIENCE,
    BARN,
    NOON,
    event,
    intent,
    later,
    record,
    saved,
    settled,
    statement,
)


def test_an_erasure_is_known_by_its_id(ledger: Ledger) -> None:
    wish = Erasure(id="e-1", member_id="gustave", requested_at=NOON)

    ledger.save_intents(AUDIENCE, [replace(intent(record("gustave")), erasures=(wish,))])

    assert ledger.erasure(BARN, "e-1") == wish
    assert ledger.erasure(BARN, "e-2") is None
    assert ledger.erasure("the-attic", "e-1") is None


def test_a_wish_that_is_noted_twice_is_known_once(ledger: Ledger) -> None:
    wish = Erasure(id="e-1", member_id="gustave", requested_at=NOON)
    for _ in range(2):
        ledger.note_erasure(BARN, wish)
    assert ledger.erasure(BARN, "e-1") == wish


def test_who_is_forgotten_has_no_history_and_only_bare_statements(ledger: Ledger) -> None:
    said = statement("Yes to the newsletter, no to the flamingos")
    known = saved(ledger, record("gustave", due_at=later(seconds=60)), "k-duck")
    ledger.save_intents(AUDIENCE, [intent(known, statements=(said,))])
    told = tuple(event("gustave", number) for number in range(60))
    ledger.settle(AUDIENCE, [Settlement(settled(known.stored), events=told)])

    for _ in range(2):
        ledger.forget_member(BARN, "gustave")

    assert ledger.history(BARN, "gustave", None, 10).items == []
    (kept,) = ledger.statements(BARN, "gustave")
    assert (kept.consent.status, kept.consent.at) == (said.consent.status, said.consent.at)
    assert (kept.consent.wording, kept.consent.source) == ("", "")
    assert ledger.records(BARN, ["gustave"]).keys() == {"gustave"}
