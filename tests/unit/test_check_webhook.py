"""S5, P8: the webhook that somebody removed, changed or doubled is set right, and no event is lost on the way."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from itertools import count

import pytest

from accord.domain.connection import Connection
from accord.errors import Rejected, Retryable
from accord.usecases.recognise_caller import digest
from accord.usecases.tending.check_webhook import CheckWebhook
from tests.builders import NOON, a_connection
from tests.fake_connections import FakeConnections, FakeConnectionSecrets
from tests.fake_keeping import ALL, BUT_OURS, FakeWebhook
from tests.fakes import FakeClock, FakeLedger


class Burrow:
    """A connection whose webhook was registered, and the use case over fakes."""

    def __init__(self) -> None:
        self.ledger, self.clock, self.webhook = FakeLedger(), FakeClock(), FakeWebhook()
        self.connections, self.secrets = FakeConnections(self.ledger), FakeConnectionSecrets()
        arn = self.secrets.create("burrow", {"webhook_signing_secrets": ["mole-seal"], "signing_secrets": ["whsec_m"]})
        self.connections.create(a_connection(secret_arn=arn, webhook_secret_hashes=(digest("mole"),)))
        self.webhook.add(f"{self.webhook.url}mole")
        self.webhook.validates = lambda secret: digest(secret) in self.connection.webhook_secret_hashes
        names = (f"vole-{number}" for number in count(1))
        self.check = CheckWebhook(
            self.connections, self.secrets, lambda _connection: self.webhook, self.clock, lambda: next(names)
        )

    @property
    def connection(self) -> Connection:
        return self.ledger.connections["burrow"]

    @property
    def signing(self) -> list[str]:
        found: list[str] = self.secrets.read("arn:burrow")["webhook_signing_secrets"]
        return found

    @property
    def secrets_in_urls(self) -> list[str]:
        return [each.secret for each in self.webhook.kept]

    def look(self) -> Counter[str]:
        return self.check(self.connection)

    def remove(self) -> None:
        self.webhook.kept = []


@pytest.fixture
def burrow() -> Burrow:
    return Burrow()


def test_what_is_in_order_is_left_alone_and_the_look_is_remembered(burrow: Burrow) -> None:
    before = list(burrow.webhook.kept)

    assert burrow.look() == {}

    assert burrow.webhook.kept == before
    assert (burrow.connection.webhook_checked_at, burrow.connection.webhook_signed) == (NOON, True)
    assert burrow.connection.webhook_secret_hashes == (digest("mole"),)


@pytest.mark.parametrize(
    ("events", "sources"), [(ALL - {"unsubscribe"}, BUT_OURS), (ALL, BUT_OURS | {"api"}), (ALL, frozenset({"user"}))]
)
def test_what_somebody_changed_is_set_right_under_the_same_url(
    burrow: Burrow, events: frozenset[str], sources: frozenset[str]
) -> None:
    (made,) = burrow.webhook.kept
    burrow.webhook.kept = [made._replace(events=events, sources=sources)]

    assert burrow.look() == {"webhook_changed": 1}

    assert burrow.webhook.kept == [made]
    assert burrow.look() == {}


def test_what_somebody_removed_is_registered_with_a_secret_that_is_known_before_mailchimp_calls(burrow: Burrow) -> None:
    burrow.remove()

    assert burrow.look() == {"webhook_registered": 1}

    assert burrow.secrets_in_urls == ["vole-1"]
    assert burrow.connection.webhook_secret_hashes == (digest("vole-1"), digest("mole"))
    assert burrow.signing == ["signed-by-w2", "mole-seal"]
    assert burrow.secrets.read("arn:burrow")["signing_secrets"] == ["whsec_m"]
    assert not burrow.connection.webhook_unfinished
    assert burrow.look() == {}


def test_what_somebody_doubled_or_nobody_knows_any_more_is_removed_and_what_others_made_stays(burrow: Burrow) -> None:
    burrow.webhook.add(f"{burrow.webhook.url}mole")
    burrow.webhook.add(f"{burrow.webhook.url}weasel")
    others = burrow.webhook.add("https://otters.test/mailchimp/webhooks/burrow/mole")

    assert burrow.look() == {"strays_removed": 2}

    assert burrow.secrets_in_urls == ["mole", "mole"]
    assert others in burrow.webhook.kept


def test_the_secrets_before_are_valid_for_a_day_and_there_are_never_more_than_two(burrow: Burrow) -> None:
    for removed in range(1, 4):
        burrow.remove()
        burrow.look()
        assert burrow.connection.webhook_secret_hashes[0] == digest(f"vole-{removed}")
        assert len(burrow.connection.webhook_secret_hashes) == len(burrow.signing) == 2

    burrow.clock.pass_(3600)
    burrow.look()
    assert len(burrow.connection.webhook_secret_hashes) == len(burrow.signing) == 2

    burrow.clock.pass_(timedelta(hours=23).total_seconds())
    assert burrow.look() == {}
    assert list(burrow.connection.webhook_secret_hashes) == [digest("vole-3")]
    assert burrow.signing == ["signed-by-w4"]


def test_a_webhook_that_does_not_sign_is_not_asked_for_a_signature(burrow: Burrow) -> None:
    burrow.remove()
    burrow.webhook.signs = False

    burrow.look()

    assert (burrow.signing, burrow.connection.webhook_signed) == ([], False)


def test_a_registration_that_died_half_way_is_made_again_for_nobody_knows_what_it_signs_with(
    burrow: Burrow, monkeypatch: pytest.MonkeyPatch
) -> None:
    burrow.remove()

    def die(*_given: object) -> None:
        raise Retryable("Secrets Manager did not answer", effect_unknown=False)

    monkeypatch.setattr(burrow.secrets, "update", die)
    with pytest.raises(Retryable):
        burrow.look()
    assert burrow.secrets_in_urls == ["vole-1"]
    monkeypatch.undo()

    assert burrow.look() == {"webhook_registered": 1}

    assert burrow.secrets_in_urls == ["vole-2"]
    assert burrow.signing[0] == "signed-by-w3"
    assert burrow.look() == {}


def test_a_url_that_mailchimp_does_not_reach_is_tried_again_the_next_night(burrow: Burrow) -> None:
    burrow.remove()
    validates = burrow.webhook.validates
    burrow.webhook.validates = lambda _secret: False
    with pytest.raises(Rejected):
        burrow.look()
    burrow.webhook.validates = validates

    assert burrow.look() == {"webhook_registered": 1}
    assert burrow.look() == {}


@pytest.mark.parametrize("times", [1, 4])
def test_whatever_is_changed_in_the_connection_meanwhile_stays(
    burrow: Burrow, times: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace: Callable[[Connection], bool] = burrow.connections.replace
    left = iter(range(times))

    def others_first(connection: Connection) -> bool:
        if next(left, None) is not None:
            replace(burrow.connection.model_copy(update={"name": "Moles & Co"}))
        return replace(connection)

    monkeypatch.setattr(burrow.connections, "replace", others_first)

    burrow.look()

    assert (burrow.connection.name, burrow.connection.webhook_checked_at) == ("Moles & Co", NOON)
