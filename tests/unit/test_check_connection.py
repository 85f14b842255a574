"""`CheckConnection` and `ChooseAudience` over the fakes: what is found, and what it does to the state."""

from collections.abc import Callable
from typing import Any, get_args

import pytest

from accord.domain.checks import Check, Checked, Finding, explain_check
from accord.domain.connection import APPLICATION_REFUSES, AudienceSetup, AuthorisedBy, Connection
from accord.domain.connection_reasons import ConnectionReason
from accord.domain.reason_texts import Language
from accord.errors import Misconfigured, Retryable
from accord.ports import EndpointRefusedError
from accord.ports.connections import ListedAudience
from accord.usecases.connecting.check_connection import CheckConnection
from accord.usecases.connecting.choose_audience import ChooseAudience
from accord.usecases.connecting.reach_account import NotNowError, ReachAccount, SettingsRefusedError
from tests.builders import NOON, SETUP, a_connection, minutes
from tests.fake_connections import FakeAccount, FakeConnections, FakeConnectionSecrets
from tests.fakes import FakeClock, FakeLedger

AWAY = Retryable("Mailchimp did not answer", effect_unknown=False)
REFUSED = Misconfigured("Mailchimp does not accept the API key (401): store a valid one")


class Bench:
    """Both use cases with their fakes, and one connection."""

    def __init__(self, *, key: bool = True, **given: Any) -> None:
        self.ledger, self.clock, self.account = FakeLedger(), FakeClock(), FakeAccount()
        connections, secrets = FakeConnections(self.ledger), FakeConnectionSecrets()
        arn = secrets.create("burrow", {"mailchimp_api_key": "key-us1"} if key else {})
        by = AuthorisedBy.API_KEY if key else None
        connections.create(a_connection(secret_arn=arn, authorised_by=by, **given))
        self.connections = connections
        self.endpoint_refused = ""
        reach = ReachAccount(secrets, lambda _url, _key: self.account)
        self.read: list[Connection] = []
        self.space: list[Checked] = []
        self.check = CheckConnection(
            connections,
            self.ledger,
            reach,
            self._check_endpoint,
            self.read.append,
            self.clock,
            lambda _connection: self.space,
        )
        self.choose = ChooseAudience(connections, self.ledger, reach, self.clock)

    def _check_endpoint(self, _url: str) -> None:
        if self.endpoint_refused:
            raise EndpointRefusedError(self.endpoint_refused)

    @property
    def connection(self) -> Connection:
        return self.ledger.connections["burrow"]

    def found(self) -> dict[Check, Finding]:
        checks, moved = self.check(self.connection)
        sometimes = {Check.PERMISSIONS, Check.SPACE}
        always = [each for each in Check if each not in sometimes]
        assert [each.check for each in checks if each.check not in sometimes] == always
        assert moved.model_copy(update={"revision": 0}) == self.connection.model_copy(update={"revision": 0})
        return {each.check: each.finding for each in checks}


def test_only_a_connection_that_passed_its_checks_has_its_audience_read() -> None:
    for state, read in (("draft", 1), ("checked", 1), ("live", 0), ("paused", 0)):
        bench = Bench(state=state)
        bench.found()
        assert len(bench.read) == read
    away = Bench(state="draft", key=False)
    away.found()
    assert away.read == []


def test_a_draft_that_works_is_checked_and_one_that_is_checked_stays_so() -> None:
    bench = Bench(state="draft")

    assert bench.found() == {
        Check.ACCOUNT: Finding.ACCOUNT_ANSWERS,
        Check.AUDIENCE: Finding.AUDIENCE_THERE,
        Check.FIELDS: Finding.FIELDS_FIT,
        Check.WEBHOOK: Finding.WEBHOOK_TO_COME,
        Check.NOTICES: Finding.NOTICES_UNWANTED,
    }
    assert (bench.connection.state, bench.connection.account_name) == ("checked", "Burrow Ltd")
    assert bench.connection.audience_name == "Diggers"
    bench.found()
    assert bench.connection.state == "checked"


def test_what_can_not_be_looked_at_says_so() -> None:
    bench = Bench(key=False, state="draft", audience_id="")

    found = bench.found()

    assert found[Check.ACCOUNT] is Finding.ACCOUNT_MISSING
    assert found[Check.AUDIENCE] is found[Check.FIELDS] is Finding.NOT_LOOKED_AT
    assert bench.connection.state_code is ConnectionReason.ACCOUNT_MISSING


@pytest.mark.parametrize(
    ("given", "trouble", "check", "finding", "code"),
    [
        ({}, lambda b: setattr(b.account, "refuses", REFUSED), "account", "account_refused", "check_failed"),
        ({"audience_id": ""}, lambda b: None, "audience", "audience_missing", "audience_missing"),
        ({}, lambda b: b.account.audiences.clear(), "audience", "audience_gone", "check_failed"),
        ({"mapping": {"plan": "ADDRESS"}}, lambda b: None, "fields", "fields_clash", "fields_clash"),
        (
            {"notice_url": "https://10.0.0.1"},
            lambda b: setattr(b, "endpoint_refused", "leads to a private address"),
            "notices",
            "notices_refused",
            "check_failed",
        ),
        (
            {"notice_url": "https://a.test", "notices_stopped": "410"},
            lambda b: None,
            "notices",
            "notices_stopped",
            "check_failed",
        ),
    ],
)
@pytest.mark.parametrize("state", ["draft", "checked", "awaiting_approval", "live", "paused"])
def test_what_does_not_work_makes_a_draft_of_what_is_on_its_way_and_stops_nothing_at_work(
    state: str, given: dict[str, Any], trouble: Callable[[Bench], object], check: str, finding: str, code: str
) -> None:
    bench = Bench(state=state, **given)
    trouble(bench)

    assert bench.found()[Check(check)] is Finding(finding)

    if state in {"live", "paused"}:
        assert bench.connection.state == state
    else:
        assert (bench.connection.state, bench.connection.state_code) == ("draft", code)


@pytest.mark.parametrize("state", ["draft", "checked", "awaiting_approval", "broken"])
def test_an_outage_says_nothing_of_the_connection(state: str) -> None:
    bench = Bench(state=state)
    bench.account.refuses = AWAY

    assert bench.found()[Check.ACCOUNT] is Finding.MAILCHIMP_AWAY
    assert bench.connection.state == state


def test_a_broken_connection_is_mended_by_an_account_that_answers() -> None:
    bench = Bench(state="broken", state_reason="401")

    bench.found()

    assert (bench.connection.state, bench.connection.state_reason) == ("live", "")


SPACE_REFUSED = Checked(Check.SPACE, Finding.SPACE_REFUSED, "401")


def test_a_space_that_does_not_let_accord_in_keeps_a_draft_one() -> None:
    bench = Bench(state="checked")
    bench.space = [SPACE_REFUSED]

    assert bench.found()[Check.SPACE] is Finding.SPACE_REFUSED

    assert (bench.connection.state, bench.connection.state_code) == ("draft", "check_failed")
    bench.space = [Checked(Check.SPACE, Finding.SPACE_BUSY, "beehive")]
    bench.found()
    assert bench.connection.state == "checked"


def test_an_outage_of_the_space_says_nothing_of_the_connection() -> None:
    bench = Bench(state="checked")
    bench.space = [Checked(Check.SPACE, Finding.SPACE_AWAY, "beehive")]

    bench.found()

    assert bench.connection.state == "checked"


@pytest.mark.parametrize("finding", [None, Finding.SPACE_REFUSED, Finding.SPACE_BUSY])
def test_what_the_application_broke_is_not_mended_by_an_account_that_answers(finding: Finding | None) -> None:
    bench = Bench(state="broken", state_reason=f"{APPLICATION_REFUSES}401")
    bench.space = [Checked(Check.SPACE, finding)] if finding is not None else []

    bench.found()

    assert bench.connection.state == "broken"
    bench.space = [Checked(Check.SPACE, Finding.SPACE_ANSWERS)]
    bench.found()
    assert bench.connection.state == "live"


def test_what_is_disconnected_is_not_tested() -> None:
    bench = Bench(state="disconnected")

    with pytest.raises(NotNowError, match="reconnect"):
        bench.check(bench.connection)


# Audiences


def test_q3_contacts_in_several_audiences_are_counted_once_each() -> None:
    bench = Bench()
    bench.account.audiences = [ListedAudience(f"a{n}", f"Mole friends {n}", 3) for n in range(3)]
    bench.account.contacts = {"a0": ["mole", "vole", "stoat"], "a1": ["vole", "stoat"], "a2": ["stoat"]}

    def counted(*, overlap: bool = True, until: int = 60) -> int | None:
        deadline = NOON + minutes(until)
        return bench.choose.audiences(bench.connection, overlap=overlap, deadline=deadline).in_several

    assert counted() == 2
    assert counted(overlap=False) is None
    assert counted(until=0) is None
    bench.account.audiences += [ListedAudience(f"b{n}", "Too many", 0) for n in range(3)]
    assert counted() is None


def test_an_audience_says_who_uses_it() -> None:
    bench = Bench()
    for name, state in (("sett", "live"), ("drey", "paused"), ("form", "disconnected")):
        bench.connections.create(a_connection(id=name, state=state))

    choice = bench.choose.audiences(bench.connection, overlap=False, deadline=NOON)

    assert choice.used_by == {"audience1": ["burrow", "drey", "sett"]}


@pytest.mark.parametrize("state", ["draft", "checked", "awaiting_approval", "paused", "broken"])
def test_s6_another_audience_has_to_be_checked_and_read_anew(state: str) -> None:
    bench = Bench(state=state)
    bench.account.audiences.append(ListedAudience("audience2", "Voles", 1, signup_form_url="https://form.test"))

    chosen = bench.choose.choose(bench.connection, "audience2")

    assert (chosen.state, chosen.state_code) == ("draft", "ready_to_check")
    assert (chosen.audience_id, chosen.audience_name, chosen.signup_form_url) == (
        "audience2",
        "Voles",
        "https://form.test",
    )
    assert chosen.audience_read_at is None
    assert bench.ledger.audience_setup("burrow") == SETUP
    assert bench.choose.choose(chosen, "audience2") == chosen


@pytest.mark.parametrize("state", ["live", "disconnected"])
def test_a_live_connection_keeps_its_audience_until_it_is_paused(state: str) -> None:
    bench = Bench(state=state)
    bench.account.audiences.append(ListedAudience("audience2", "Voles", 1))

    with pytest.raises(NotNowError, match="paused"):
        bench.choose.choose(bench.connection, "audience2")

    assert bench.connection.audience_id == "audience1"
    assert bench.ledger.audience_setup("burrow") == AudienceSetup()


def test_a_revoked_key_is_named_when_audiences_are_asked_for() -> None:
    bench = Bench(state="draft")
    bench.account.refuses = REFUSED

    with pytest.raises(SettingsRefusedError, match="mailchimp_api_key"):
        bench.choose.audiences(bench.connection, overlap=False, deadline=NOON)
    with pytest.raises(SettingsRefusedError, match="mailchimp_api_key"):
        bench.choose.choose(bench.connection, "audience2")


# Words


@pytest.mark.parametrize("finding", Finding)
@pytest.mark.parametrize("language", get_args(Language))
def test_every_finding_is_said_in_words(finding: Finding, language: Language) -> None:
    checked = Checked(Check.FIELDS, finding, "PLAN")

    for sentence in explain_check(checked, language):
        assert sentence.endswith(".")
        assert sentence[0].isupper()
        assert "{" not in sentence
    assert (explain_check(checked, language).next_step in {"Nothing to do.", "Rien à faire."}) is checked.ok
    assert explain_check(checked, "en").message != explain_check(checked, "fr").message
