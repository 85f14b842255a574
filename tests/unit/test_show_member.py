"""`ShowMember`, and the words in which a member and a history are shown."""

from typing import get_args

import pytest

from accord.adapters.http.members import language_of, shown_event, shown_member
from accord.adapters.http.messages import Request
from accord.domain.history import Event, EventKind
from accord.domain.reason_texts import Language
from accord.domain.reasons import ReasonCode
from accord.usecases.showing.show_member import ShowMember
from accord.usecases.showing.tell_event import tell
from tests.builders import NOON, a_connection, a_member, erased, left, upserted
from tests.scene import Scene


def test_a_synced_member_is_shown_with_what_mailchimp_has() -> None:
    scene = Scene()
    scene.post(upserted(a_member("capybara@pond.test")))
    scene.settle_all()

    view = ShowMember(ledger=scene.ledger)(scene.connection, "m-1")

    assert view is not None
    shown = shown_member(view, "en")
    assert (shown["email"], shown["status"], shown["contact"]) == (
        "capybara@pond.test",
        "synced",
        {"contact_id": view.address.contact_id if view.address else "", "status": "subscribed", "url": None},
    )
    assert shown["version"] == shown["synced_version"]


def test_an_erased_member_has_no_email() -> None:
    scene = Scene()
    scene.post(upserted(a_member("thylacine@tasmania.test")))
    scene.post(erased())
    scene.settle_all()

    view = ShowMember(ledger=scene.ledger)(scene.connection, "m-1")

    assert view is not None
    assert "thylacine" not in repr(shown_member(view, "en"))


def test_a_member_without_an_address_is_shown() -> None:
    scene = Scene()
    scene.post(left("m-ghost"))

    view = ShowMember(ledger=scene.ledger)(scene.connection, "m-ghost")

    assert view is not None
    assert shown_member(view, "en")["contact"] == {"contact_id": None, "status": None, "url": None}


def test_a_stranger_is_not_shown() -> None:
    show = ShowMember(ledger=Scene().ledger)

    assert show(a_connection(), "m-yeti") is None
    assert show.history(a_connection(), "m-yeti", None) is None


@pytest.mark.parametrize("kind", get_args(EventKind))
@pytest.mark.parametrize("language", get_args(Language))
def test_every_event_has_a_sentence(kind: EventKind, language: Language) -> None:
    event = Event(member_id="m-1", at=NOON, id="e-1", kind=kind, reason=ReasonCode.FIELD_INVALID, detail="PHONE")

    assert tell(event, language).count(".") >= 2
    assert "PHONE" in tell(event, language)
    assert shown_event(event, language)["sentence"] == tell(event, language)


@pytest.mark.parametrize(
    ("wishes", "language"),
    [
        ("", "fr"),
        ("de", "fr"),
        ("en", "en"),
        ("en-GB,en;q=0.9", "en"),
        ("de, en;q=0.3, fr;q=0.7", "fr"),
        ("fr;q=0.2, en;q=0.8", "en"),
        ("en;q=0", "fr"),
        ("en;q=lots", "fr"),
        (",;,", "fr"),
    ],
)
def test_answers_speak_the_language_asked_for_or_that_of_the_connection(wishes: str, language: Language) -> None:
    request = Request("GET /", {}, {}, {"accept-language": wishes}, b"")

    assert language_of(request, a_connection(language="fr")) == language
