"""Q4: groups in the audience, made by an operator's order, and known to the connection at once."""

from collections.abc import Sequence
from typing import Any

import pytest

from accord.domain.connection import AudienceSetup, ConnectionState, Interest
from accord.domain.connection_reasons import ConnectionReason
from accord.domain.lifecycle import reason_of
from accord.errors import Misconfigured, Refusal, Rejected
from accord.usecases.connecting.create_groups import CreateGroups
from accord.usecases.connecting.reach_account import NotNowError, ReachAccount, SettingsRefusedError
from tests.builders import a_connection
from tests.fake_connections import FakeAccount, FakeConnections, FakeConnectionSecrets
from tests.fakes import FakeClock, FakeLedger

DIGGING = Interest(category="Hobbies", name="Digging", id="i-1")
NAPPING = Interest(category="Habits", name="Napping", id="i-2")


class FakeGroups:
    """One group, in which `Digging` is."""

    def __init__(self, trouble: Exception | None = None) -> None:
        self.trouble = trouble

    def create_group(self, audience_id: str, category: str, names: Sequence[str]) -> tuple[Interest, ...]:
        assert (audience_id, category) == ("audience1", "Hobbies")
        if self.trouble is not None:
            raise self.trouble
        made = (Interest(category=category, name=name, id=f"new-{name}") for name in names if name != "Digging")
        return (DIGGING, *made)


class Warren:
    """A connection of rabbits, whose audience has two groups."""

    def __init__(self, trouble: Exception | None = None, **given: Any) -> None:
        secrets = FakeConnectionSecrets()
        arn = secrets.create("burrow", {"mailchimp_api_key": "clover-us1"})
        self.connection = a_connection(secret_arn=arn, **given)
        self.ledger = FakeLedger()
        self.connections = FakeConnections(self.ledger)
        assert self.connections.create(self.connection)
        self.ledger.save_audience_setup("burrow", AudienceSetup(interests=(DIGGING, NAPPING), tags={"Buck": 3}))
        reach = ReachAccount(secrets, lambda _url, _key: FakeAccount())
        groups = FakeGroups(trouble)
        self.create = CreateGroups(self.ledger, self.connections, reach, lambda _url, _key: groups, FakeClock())


def test_q4_a_group_is_made_and_known_at_once_and_the_others_stay() -> None:
    warren = Warren()

    interests, after = warren.create(warren.connection, "Hobbies", ["Digging", "Boxing"])

    assert [each.name for each in interests] == ["Digging", "Boxing"]
    setup = warren.ledger.audience_setup("burrow")
    assert setup.interests == (NAPPING, *interests)
    assert setup.tags == {"Buck": 3}
    assert after == warren.connection


@pytest.mark.parametrize("state", [ConnectionState.CHECKED, ConnectionState.AWAITING_APPROVAL])
def test_q4_a_summary_that_was_made_without_the_group_is_made_anew(state: ConnectionState) -> None:
    warren = Warren(state=state)

    _, after = warren.create(warren.connection, "Hobbies", ["Boxing"])

    assert (after.state, reason_of(after)) == (ConnectionState.DRAFT, ConnectionReason.READY_TO_CHECK)
    assert warren.connections.connection("burrow") == after


@pytest.mark.parametrize("given", [{"audience_id": ""}, {"state": ConnectionState.DISCONNECTED}])
def test_there_has_to_be_an_audience_that_the_connection_is_joined_to(given: dict[str, Any]) -> None:
    warren = Warren(**given)

    with pytest.raises(NotNowError):
        warren.create(warren.connection, "Hobbies", ["Boxing"])


@pytest.mark.parametrize(
    ("trouble", "field"),
    [
        (Rejected(Refusal.OTHER, "Invalid Resource"), "names"),
        (Misconfigured("API Key Invalid: send another"), "mailchimp_api_key"),
    ],
)
def test_what_mailchimp_refuses_names_the_field(trouble: Exception, field: str) -> None:
    warren = Warren(trouble)

    with pytest.raises(SettingsRefusedError) as refused:
        warren.create(warren.connection, "Hobbies", ["Boxing"])

    assert [error.field for error in refused.value.errors] == [field]
    assert warren.ledger.audience_setup("burrow").interests == (DIGGING, NAPPING)
