"""`ShowBadges`: one badge for whoever holds its token, a table for the application."""

from unittest.mock import patch

import pytest

from accord.domain.badge import Colour
from accord.domain.connection import Connection
from accord.domain.reasons import ReasonCode, Status
from accord.errors import Misconfigured
from accord.usecases.recognise_caller import RecogniseCaller, UnrecognisedError
from accord.usecases.show_badges import ShowBadges
from tests.builders import a_connection, a_member, upserted
from tests.fakes import FakeLedger
from tests.scene import Scene


class Meadow:
    """The use case over a scene in which a marmot is synchronised and a dormouse has no address."""

    def __init__(self, *secrets: str) -> None:
        self.secrets = secrets or ("whsec_now", "whsec_before")
        self.scene = Scene()
        self.scene.ledger.save_connection(a_connection(id="sett"))
        self.scene.post(upserted(a_member("marmot@meadow.test"), "marmot"), upserted(a_member(None), "dormouse"))
        self.scene.settle_all()
        recognise = RecogniseCaller(
            ledger=self.scene.ledger, secrets=self, is_signed=lambda _request, _secrets: False, operator_tokens=tuple
        )
        self.show = ShowBadges(recognise=recognise, ledger=self.scene.ledger, secrets=self, clock=self.scene.clock)

    def signing_secrets(self, connection: Connection) -> tuple[str, ...]:
        return tuple(f"{secret}_{connection.id}" for secret in self.secrets if secret != "none")

    def webhook_signing_secrets(self, _connection: Connection, *, fresh: bool = False) -> tuple[str, ...]:
        raise AssertionError(fresh)

    def token(self, member_id: str = "marmot", hours: int = 24) -> str:
        (issued,) = self.show.table(self.scene.connection, [member_id], hours)
        return issued.token


def test_a5_a_table_says_how_each_stands_in_the_order_asked_for() -> None:
    meadow = Meadow()

    table = meadow.show.table(meadow.scene.connection, ["dormouse", "yeti", "marmot", "dormouse"], 24)

    shown = [(each.badge.member_id, each.badge.status, each.badge.colour) for each in table]
    assert shown == [
        ("dormouse", Status.EXCLUDED, Colour.GREY),
        ("yeti", None, Colour.GREY),
        ("marmot", Status.SYNCED, Colour.GREEN),
    ]


def test_a_token_of_the_table_opens_its_member_and_no_other() -> None:
    meadow = Meadow()

    connection, badge = meadow.show.one("burrow", "marmot", meadow.token())

    assert (connection, badge.status) == (meadow.scene.connection, Status.SYNCED)
    for connection_id, member_id in (("burrow", "dormouse"), ("burrow", "yeti"), ("sett", "marmot"), ("no", "marmot")):
        with pytest.raises(UnrecognisedError):
            meadow.show.one(connection_id, member_id, meadow.token())


def test_a_token_opens_what_nobody_has_heard_of_yet() -> None:
    meadow = Meadow()

    _, badge = meadow.show.one("burrow", "yeti", meadow.token("yeti"))

    assert badge.reason.code is ReasonCode.NOT_KNOWN


def test_a_token_past_its_time_opens_nothing() -> None:
    meadow = Meadow()
    token = meadow.token(hours=1)
    meadow.scene.clock.pass_(2 * 3600)

    with pytest.raises(UnrecognisedError):
        meadow.show.one("burrow", "marmot", token)


def test_a_token_outlives_the_secret_that_made_it_by_one_rotation() -> None:
    meadow = Meadow("whsec_first")
    token = meadow.token()

    meadow.secrets = ("whsec_second", "whsec_first")
    assert meadow.show.one("burrow", "marmot", token)
    meadow.secrets = ("whsec_third", "whsec_second")
    with pytest.raises(UnrecognisedError):
        meadow.show.one("burrow", "marmot", token)


def test_no_member_is_looked_for_without_a_right_token() -> None:
    meadow = Meadow()

    with patch.object(FakeLedger, "records") as records, pytest.raises(UnrecognisedError):
        meadow.show.one("burrow", "marmot", "1772456400.00000000000000000000000000000000")

    records.assert_not_called()


def test_a_connection_without_a_signing_secret_can_make_no_token() -> None:
    meadow = Meadow("none")

    with pytest.raises(Misconfigured, match="signing secret"):
        meadow.show.table(meadow.scene.connection, ["marmot"], 24)
