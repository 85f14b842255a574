"""A connection is made whole or not at all, and its secrets are where functions and applications look for them."""

import hashlib
import json
from dataclasses import replace

import boto3
import pytest
import requests
from standardwebhooks import Webhook

from accord.adapters.dynamodb.ledger import DynamoDBLedger
from accord.adapters.secrets.reading import SecretsManagerSecrets
from accord.domain.changes import OrderBy
from accord.domain.connection import Connection, ConnectionState, OptIn, Policy
from accord.domain.contact import ContactStatus
from accord.domain.values import address_key
from accord.errors import Misconfigured
from tests.builders import NOON
from tools.connect import Connected, ConnectError, Stack, Wanted, connect
from tools.mailchimp_simulator import Simulator


class Diary:
    """A progress that remembers."""

    def __init__(self) -> None:
        self.steps: list[str] = []
        self.reads: list[int] = []

    def done(self, step: str) -> None:
        self.steps.append(step)

    def read(self, contacts: int) -> None:
        self.reads.append(contacts)


def connected(stack: Stack, simulator: Simulator, wanted: Wanted, progress: Diary | None = None) -> Connected:
    return connect(stack, wanted, simulator.api_key, base_url=simulator.url, progress=progress)


def test_a_connection_is_live_with_its_audience_read(
    stack: Stack, simulator: Simulator, wanted: Wanted, ledger: DynamoDBLedger
) -> None:
    simulator.fill(3)

    made = connected(stack, simulator, wanted)

    connection = ledger.connection("kiwi")
    assert connection == made.connection
    assert connection is not None
    assert connection.state is ConnectionState.LIVE
    assert connection.audience_id == simulator.list_id
    assert connection.audience_read_at is not None
    assert connection.signup_form_url.startswith("http")
    assert made.contacts == 3
    assert made.url == f"{stack.api_url}/v1/connections/kiwi/members"


def test_what_the_application_gets_is_what_the_functions_compare_with(
    stack: Stack, simulator: Simulator, wanted: Wanted
) -> None:
    made = connected(stack, simulator, wanted)

    secrets = SecretsManagerSecrets(boto3.client("secretsmanager"))
    assert secrets.signing_secrets(made.connection) == (made.signing_secret,)
    assert secrets.mailchimp_api_key(made.connection) == simulator.api_key
    assert made.connection.token_hashes == (hashlib.sha256(made.token.encode()).hexdigest(),)
    assert Webhook(made.signing_secret)
    assert len(made.token) >= 43


def test_the_secret_has_a_name_that_the_functions_may_read(stack: Stack, simulator: Simulator, wanted: Wanted) -> None:
    made = connected(stack, simulator, wanted)

    assert ":secret:accord/aviary/connections/kiwi-" in made.connection.secret_arn


def test_neither_key_nor_token_is_kept_in_the_ledger(stack: Stack, simulator: Simulator, wanted: Wanted) -> None:
    made = connected(stack, simulator, wanted)

    items = json.dumps(boto3.client("dynamodb").scan(TableName=stack.table_name)["Items"])
    for secret in (simulator.api_key, made.signing_secret, made.token):
        assert secret not in items


def test_the_fields_that_no_audience_has_are_created(
    stack: Stack, simulator: Simulator, wanted: Wanted, ledger: DynamoDBLedger
) -> None:
    connected(stack, simulator, wanted)

    types = {field.tag: field.type for field in ledger.audience_setup("kiwi").merge_fields}
    assert types["PLAN"] == "text"
    assert types["JOINED"] == "date"


def test_fields_that_are_there_are_not_created_again(
    stack: Stack, simulator: Simulator, wanted: Wanted, ledger: DynamoDBLedger
) -> None:
    connected(stack, simulator, wanted)
    connected(stack, simulator, replace(wanted, connection_id="kakapo"))

    assert ledger.audience_setup("kakapo") == ledger.audience_setup("kiwi")


def test_no_field_is_created_for_those_who_do_not_want_it(
    stack: Stack, simulator: Simulator, wanted: Wanted, ledger: DynamoDBLedger
) -> None:
    connected(stack, simulator, replace(wanted, create_fields=False))

    assert not {"PLAN", "JOINED"} & {field.tag for field in ledger.audience_setup("kiwi").merge_fields}


def test_choices_are_kept_on_the_connection(stack: Stack, simulator: Simulator, wanted: Wanted) -> None:
    choices = replace(
        wanted,
        order_by=OrderBy.VERSION,
        policy=Policy(opt_in=OptIn.DOUBLE),
        language="fr",
        mapping={"fields.nest": "NEST"},
    )

    connection = connected(stack, simulator, choices).connection

    assert connection.order_by is OrderBy.VERSION
    assert connection.policy.first_status is ContactStatus.PENDING
    assert connection.language == "fr"
    assert connection.mapping["fields.nest"] == "NEST"
    assert connection.mapping["plan"] == "PLAN"


def test_archived_contacts_and_opt_outs_are_known_before_anything_is_written(
    stack: Stack, simulator: Simulator, wanted: Wanted, ledger: DynamoDBLedger
) -> None:
    for status, name in (("subscribed", "tui"), ("unsubscribed", "weka"), ("subscribed", "moa")):
        body = {"email_address": f"{name}@aviary.test", "status": status}
        answer = requests.post(
            f"{simulator.url}/lists/{simulator.list_id}/members", json=body, auth=("any", simulator.api_key), timeout=5
        )
        assert answer.ok, answer.text
    archived = requests.post(
        f"{simulator.control_url}/staff/moa@aviary.test",
        json={"list_id": simulator.list_id, "deed": "archive"},
        timeout=5,
    )
    assert archived.ok, archived.text

    connected(stack, simulator, wanted)

    keys = {name: address_key(b"k" * 64, f"{name}@aviary.test") for name in ("tui", "weka", "moa")}
    known = ledger.addresses(simulator.list_id, keys.values())
    assert known[keys["tui"]].seen is ContactStatus.SUBSCRIBED
    assert known[keys["weka"]].unsubscribed_at is not None
    assert known[keys["moa"]].archived_by_staff_at is not None
    assert all(address.origin is None and address.contact_id for address in known.values())


def test_a_connection_that_is_there_stays_as_it_is(
    stack: Stack, simulator: Simulator, wanted: Wanted, ledger: DynamoDBLedger
) -> None:
    first = connected(stack, simulator, wanted)

    with pytest.raises(ConnectError, match="'kiwi' already"):
        connected(stack, simulator, replace(wanted, language="fr"))

    assert ledger.connection("kiwi") == first.connection
    secrets = SecretsManagerSecrets(boto3.client("secretsmanager"))
    assert secrets.signing_secrets(first.connection) == (first.signing_secret,)


def test_a_draft_that_an_operator_made_is_not_taken_for_a_failed_attempt(
    stack: Stack, simulator: Simulator, wanted: Wanted, ledger: DynamoDBLedger
) -> None:
    draft = Connection(id="kiwi", audience_id="", api_base_url="", state=ConnectionState.DRAFT, created_at=NOON)
    ledger.save_connection(draft)

    with pytest.raises(ConnectError, match="'kiwi' already"):
        connected(stack, simulator, wanted)

    assert ledger.connection("kiwi") == draft


@pytest.mark.parametrize("connection_id", ["", "Kiwi", "kiwi/../moa", "-kiwi", "k" * 64])
def test_a_connection_id_goes_into_addresses_and_names(
    stack: Stack, simulator: Simulator, wanted: Wanted, connection_id: str
) -> None:
    with pytest.raises(ConnectError, match="lower-case letters"):
        connected(stack, simulator, replace(wanted, connection_id=connection_id))


def test_a_wrong_key_leaves_nothing_behind(
    stack: Stack, simulator: Simulator, wanted: Wanted, ledger: DynamoDBLedger
) -> None:
    with pytest.raises(Misconfigured):
        connect(stack, wanted, "wr0ng-us21", base_url=simulator.url)

    assert ledger.connection("kiwi") is None
    assert len(boto3.client("secretsmanager").list_secrets()["SecretList"]) == 1  # the address key


def test_what_broke_in_the_middle_can_be_done_again(
    stack: Stack, simulator: Simulator, wanted: Wanted, ledger: DynamoDBLedger
) -> None:
    class Unplugged(Diary):
        def read(self, contacts: int) -> None:
            raise KeyboardInterrupt

    simulator.fill(1)
    with pytest.raises(KeyboardInterrupt):
        connected(stack, simulator, wanted, Unplugged())
    begun = ledger.connection("kiwi")
    assert begun is not None
    assert begun.audience_read_at is None  # nothing is written to its audience

    made = connected(stack, simulator, wanted)

    secrets = SecretsManagerSecrets(boto3.client("secretsmanager"))
    assert secrets.signing_secrets(made.connection) == (made.signing_secret,)


def test_only_a_local_stack_talks_to_another_mailchimp(stack: Stack, simulator: Simulator, wanted: Wanted) -> None:
    with pytest.raises(Misconfigured, match="not Mailchimp's"):
        connected(replace(stack, stage="prod"), simulator, wanted)


def test_progress_tells_every_step_and_every_page(stack: Stack, simulator: Simulator, wanted: Wanted) -> None:
    simulator.fill(3)
    diary = Diary()

    connected(stack, simulator, wanted, diary)

    assert diary.reads == [3]
    assert len(diary.steps) == 7
    assert diary.steps[-1] == "the connection kiwi is live"
