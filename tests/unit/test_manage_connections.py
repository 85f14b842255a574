"""`ManageConnections` over the fakes: half-made connections, two operators at once, keys, and what follows a change."""

from collections.abc import Callable
from itertools import count
from typing import Any

import pytest

from accord.domain.connection import AuthorisedBy, Connection, ConnectionState
from accord.domain.connection_reasons import ConnectionReason
from accord.domain.connection_settings import ConnectionSettings, NewConnection
from accord.domain.lifecycle import Step
from accord.errors import Misconfigured, Retryable
from accord.ports import EndpointRefusedError
from accord.usecases.connecting.reach_account import NotNowError, ReachAccount, SettingsRefusedError
from accord.usecases.manage_connections import Changed, ManageConnections
from tests.builders import a_connection
from tests.fake_connections import FakeAccount, FakeConnections, FakeConnectionSecrets
from tests.fakes import FakeClock, FakeLedger

KEY = "0123456789abcdef-us7"


class Interrupted(FakeConnections):
    """Somebody else writes first, as often as told."""

    def __init__(self, ledger: FakeLedger) -> None:
        super().__init__(ledger)
        self.deeds: list[Callable[[], object]] = []

    def replace(self, connection: Connection) -> bool:
        if self.deeds:
            self.deeds.pop(0)()
        return super().replace(connection)


class Office:
    """The use case with its fakes."""

    def __init__(self) -> None:
        self.ledger, self.clock, self.secrets = FakeLedger(), FakeClock(), FakeConnectionSecrets()
        self.connections = Interrupted(self.ledger)
        self.account = FakeAccount()
        self.reached: list[tuple[str, str]] = []
        self.refused = ""
        numbers = count(1)
        self.manage = ManageConnections(
            connections=self.connections,
            secrets=self.secrets,
            reach=ReachAccount(self.secrets, self.account_of),
            base_url_of=self.base_url_of,
            check_endpoint=self.check_endpoint,
            new_secret=lambda: next(numbers).to_bytes(32),
            clock=self.clock,
            save_setup=self.ledger.save_audience_setup,
        )

    def account_of(self, base_url: str, key: str) -> FakeAccount:
        self.reached.append((base_url, key))
        return self.account

    def base_url_of(self, key: str, said: str) -> str:
        if said.startswith("http:"):
            raise Misconfigured("The base URL is not Mailchimp's")
        return said or f"https://{key.rpartition('-')[2] or 'api'}.test"

    def check_endpoint(self, _url: str) -> None:
        if self.refused:
            raise EndpointRefusedError(self.refused)

    def make(self, **given: Any) -> Connection:
        return self.manage.create(NewConnection.model_validate({"id": "sett"} | given))[0]

    def has(self, **given: Any) -> Connection:
        """A connection with a secret."""
        arn = self.secrets.create("burrow", {"mailchimp_api_key": "old-us1", "signing_secrets": ["whsec_old"]})
        self.connections.create(a_connection(secret_arn=arn, authorised_by=AuthorisedBy.API_KEY, **given))
        return self.now("burrow")

    def now(self, connection_id: str = "sett") -> Connection:
        known = self.connections.connection(connection_id)
        assert known is not None
        return known

    def change(self, connection: Connection, *, dry_run: bool = False, **given: Any) -> Changed:
        said = ConnectionSettings.model_validate(given)
        return self.manage.change(connection, said, "en", dry_run=dry_run)


def test_a_connection_that_failed_half_way_is_made_again_and_a_whole_one_is_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    office = Office()

    def away(*_given: object) -> str:
        raise Retryable("Secrets Manager did not answer", effect_unknown=False)

    with monkeypatch.context() as broken:
        broken.setattr(office.secrets, "create", away)
        with pytest.raises(Retryable):
            office.make(name="First")
    assert office.now().secret_arn == ""

    made = office.make(name="Second")
    assert made.secret_arn
    assert office.now().name == "Second"
    with pytest.raises(NotNowError, match="another id"):
        office.make(name="Third")
    assert office.now().name == "Second"


def test_of_two_who_make_the_same_connection_at_once_one_has_it() -> None:
    office = Office()
    rival = office.connections.deeds
    rival.append(lambda: office.ledger.save_connection(a_connection(id="sett", name="Rival", revision=2)))

    with pytest.raises(NotNowError, match="another id"):
        office.make(name="Mine")

    assert office.now().name == "Rival"


def test_a_refused_key_makes_nothing() -> None:
    office = Office()
    office.account.refuses = Misconfigured("Mailchimp does not accept the API key (401 API Key Invalid): store one")

    with pytest.raises(SettingsRefusedError) as caught:
        office.make(mailchimp_api_key=KEY)

    (error,) = caught.value.errors
    assert error.field == "mailchimp_api_key"
    assert "401 API Key Invalid" in error.message
    assert (office.ledger.connections, office.secrets.documents) == ({}, {})


def test_the_key_says_where_mailchimp_is_unless_an_operator_does() -> None:
    office = Office()

    assert office.make(mailchimp_api_key=KEY).api_base_url == "https://us7.test"
    other = office.make(id="den", mailchimp_api_key=KEY, mailchimp_base_url="https://us9.test")
    assert other.api_base_url == "https://us9.test"
    with pytest.raises(SettingsRefusedError, match="mailchimp_base_url"):
        office.make(id="lair", mailchimp_api_key=KEY, mailchimp_base_url="http://us9.test")


def test_two_operators_who_change_different_things_at_once_both_have_their_way() -> None:
    office = Office()
    read = office.has()
    office.connections.deeds.append(lambda: office.change(read, name="Badgers"))

    office.change(read, policies={"on_leave": "keep"})

    assert (office.now("burrow").name, office.now("burrow").policy.on_leave) == ("Badgers", "keep")


def test_a_worker_that_breaks_the_connection_meanwhile_is_not_undone_by_a_new_name() -> None:
    office = Office()
    read = office.has()
    office.connections.deeds.append(lambda: office.ledger.break_connection("burrow", "401", office.clock.now()))

    office.change(read, name="Badgers")

    assert (office.now("burrow").name, office.now("burrow").state) == ("Badgers", ConnectionState.BROKEN)


@pytest.mark.parametrize(
    "deed",
    [
        lambda office, read: office.change(read, language="fr"),
        lambda office, read: office.manage.step(read, Step.PAUSE, ""),
        lambda office, read: office.manage.rotate_token(read, drop_previous=False),
    ],
)
def test_who_never_gets_a_turn_is_told_to_try_again(deed: Callable[[Office, Connection], object]) -> None:
    office = Office()
    read = office.has()
    office.connections.deeds += [lambda: office.ledger.stop_notices("burrow", "410")] * 9

    with pytest.raises(Retryable):
        deed(office, read)


def test_a_dry_run_writes_nothing_not_even_a_key() -> None:
    office = Office()
    read = office.has()

    told = office.change(read, dry_run=True, name="Badgers", mailchimp_api_key=KEY)

    assert [change.field for change in told.changes] == ["name", "mailchimp_base_url", "mailchimp_api_key"]
    assert KEY not in str(told)
    assert office.now("burrow") == read
    assert office.secrets.read(read.secret_arn)["mailchimp_api_key"] == "old-us1"


def test_a_new_key_is_kept_beside_the_other_secrets() -> None:
    office = Office()
    read = office.has()

    office.change(read, mailchimp_api_key=KEY)

    assert office.secrets.read(read.secret_arn) == {"mailchimp_api_key": KEY, "signing_secrets": ["whsec_old"]}
    assert office.now("burrow").api_base_url == "https://us7.test"
    assert office.now("burrow").account_name == "Burrow Ltd"


def test_a_key_of_an_account_without_the_chosen_audience_is_refused() -> None:
    office = Office()
    read = office.has()
    office.account.audiences = []

    with pytest.raises(SettingsRefusedError) as caught:
        office.change(read, mailchimp_api_key=KEY)

    assert [error.field for error in caught.value.errors] == ["mailchimp_api_key"]
    assert "account" in caught.value.errors[0].message
    assert office.secrets.read(read.secret_arn)["mailchimp_api_key"] == "old-us1"


def test_another_base_url_is_tried_with_the_key_that_there_is() -> None:
    office = Office()
    read = office.has()

    office.change(read, mailchimp_base_url="https://us9.test")

    assert office.reached == [("https://us9.test", "old-us1")]


@pytest.mark.parametrize(
    ("state", "given", "expected"),
    [
        ("checked", {"mapping": {"plan": None}}, "draft"),
        ("awaiting_approval", {"policies": {"opt_in": "double"}}, "draft"),
        ("awaiting_approval", {"name": "Badgers"}, "awaiting_approval"),
        ("live", {"policies": {"opt_in": "double"}}, "live"),
        ("paused", {"mapping": {"plan": None}}, "paused"),
        ("broken", {"name": "Badgers"}, "broken"),
        ("broken", {"mailchimp_api_key": KEY}, "live"),
        ("paused", {"mailchimp_api_key": KEY}, "paused"),
        ("disconnected", {"mailchimp_api_key": KEY}, "disconnected"),
    ],
)
def test_what_was_summed_up_otherwise_is_checked_again_and_a_good_key_mends(
    state: str, given: dict[str, Any], expected: str
) -> None:
    office = Office()
    read = office.has(state=state)

    assert office.change(read, **given).connection.state == expected


def test_what_a_check_had_found_is_shown_until_something_of_it_changes() -> None:
    office = Office()
    read = office.has(state="draft", state_code="fields_clash", state_reason="plan")

    office.change(read, name="Badgers")
    assert office.now("burrow").state_code is ConnectionReason.FIELDS_CLASH
    office.change(office.now("burrow"), mapping={"plan": None})
    assert office.now("burrow").state_code is ConnectionReason.READY_TO_CHECK


def test_an_endpoint_is_checked_when_it_is_given_and_not_again() -> None:
    office = Office()
    read = office.has(notice_url="https://old.test/notices")
    office.refused = "leads to a private address"

    office.change(read, name="Badgers", notice_url="https://old.test/notices")
    with pytest.raises(SettingsRefusedError) as caught:
        office.change(office.now("burrow"), notice_url="https://10.0.0.1/notices")

    assert [(each.field, "private" in each.message) for each in caught.value.errors] == [("notice_url", True)]


def test_an_endpoint_that_had_stopped_notices_is_checked_before_they_begin_again() -> None:
    office = Office()
    read = office.has(notice_url="https://old.test/notices", notices_stopped="410")
    office.refused = "leads to a private address"
    with pytest.raises(SettingsRefusedError):
        office.change(read, notice_url="https://old.test/notices")

    office.refused = ""
    changes = office.change(read, notice_url="https://old.test/notices").changes
    assert [(change.field, change.before, change.after) for change in changes] == [("notices_stopped", "410", None)]


def test_a_reconnected_draft_says_what_it_lacks() -> None:
    office = Office()
    read = office.has(state="disconnected")

    draft = office.manage.step(read, Step.RECONNECT, "")

    assert (draft.state, draft.state_code) == (ConnectionState.DRAFT, ConnectionReason.READY_TO_CHECK)
    assert draft.audience_read_at is None


def test_a_connection_without_a_secret_is_made_anew_before_it_is_used() -> None:
    office = Office()
    office.connections.create(a_connection())

    with pytest.raises(NotNowError):
        office.manage.rotate_signing_secret(office.now("burrow"), drop_previous=False)
