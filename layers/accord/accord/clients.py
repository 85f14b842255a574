"""What several functions are joined of: clients of AWS and Mailchimp, made when they are first needed.

Every import of an adapter stands where it is used, so that a function loads only what it needs.
"""
# ruff: noqa: PLC0415

from datetime import UTC, datetime
from functools import cache, partial
from typing import TYPE_CHECKING, Any

from accord.domain.values import address_key
from accord.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from botocore.config import Config

    from accord.adapters.dynamodb.audiences import DynamoDBAudienceMemory
    from accord.adapters.dynamodb.authorisations import DynamoDBAuthorisations
    from accord.adapters.dynamodb.connections import DynamoDBConnections
    from accord.adapters.dynamodb.ledger import DynamoDBLedger
    from accord.adapters.dynamodb.open_batches import DynamoDBOpenBatches
    from accord.adapters.dynamodb.outbox import DynamoDBOutbox
    from accord.adapters.dynamodb.runs import DynamoDBRuns
    from accord.adapters.dynamodb.sendings import DynamoDBSendings
    from accord.adapters.dynamodb.table import Table
    from accord.adapters.mailchimp.http import MailchimpHttp
    from accord.adapters.s3 import S3ImportFiles
    from accord.adapters.secrets.reading import SecretsManagerSecrets
    from accord.adapters.secrets.writing import SecretsManagerConnectionSecrets
    from accord.adapters.ses import SesMail
    from accord.adapters.sqs.changes import SqsChangeQueue
    from accord.adapters.sqs.fetches import SqsFetchQueue
    from accord.adapters.sqs.hints import SqsHintQueue
    from accord.adapters.sqs.notices import SqsNoticeQueue
    from accord.adapters.sqs.steps import SqsStepQueue
    from accord.adapters.step_functions.runs import StepFunctionsRuns
    from accord.domain.cobot import Cobot
    from accord.domain.connection import Connection
    from accord.domain.folding import KeyOf
    from accord.ports.applications import MembershipApplication
    from accord.usecases.connecting.reach_space import ReachSpace, SpaceOf
    from accord.usecases.recognise_caller import RecogniseCaller

SERVICES = ("dynamodb", "s3", "secretsmanager", "sesv2", "sqs", "stepfunctions")
"""What Accord calls of AWS."""
WORKERS = 8
"""Calls to DynamoDB at a time."""


class SystemClock:
    """The time of the machine."""

    def now(self) -> datetime:
        return datetime.now(UTC)


def ledger(settings: Settings) -> "DynamoDBLedger":
    """The ledger; on the local stack `.test` addresses are well-formed from now on."""
    from accord.adapters.dynamodb.ledger import DynamoDBLedger

    if settings.is_local:
        _accept_test_addresses()
    return DynamoDBLedger(
        client_of("dynamodb"), settings.table_name, workers=WORKERS, history_days=settings.history_days
    )


def audience_memory(settings: Settings) -> "DynamoDBAudienceMemory":
    """All that the ledger remembers of one audience."""
    from accord.adapters.dynamodb.audiences import DynamoDBAudienceMemory

    return DynamoDBAudienceMemory(client_of("dynamodb"), settings.table_name, workers=WORKERS)


def queue(url: str) -> "SqsChangeQueue":
    """`member-changes` or `bulk-changes`."""
    from accord.adapters.sqs.changes import SqsChangeQueue

    return SqsChangeQueue(client_of("sqs"), url)


def connection_secrets(prefix: str = "") -> "SecretsManagerConnectionSecrets":
    """The secrets of connections, to write; the prefix of their names is needed to make new ones."""
    from accord.adapters.secrets.writing import SecretsManagerConnectionSecrets

    return SecretsManagerConnectionSecrets(client_of("secretsmanager"), prefix)


def table(settings: Settings) -> "Table":
    """The ledger's table, for what is kept in it beside the ledger itself."""
    from accord.adapters.dynamodb.table import Table

    return Table(client_of("dynamodb"), settings.table_name)


def outbox(settings: Settings) -> "DynamoDBOutbox":
    """The notices that are still to be sent."""
    from accord.adapters.dynamodb.outbox import DynamoDBOutbox

    return DynamoDBOutbox(table(settings))


def sendings(settings: Settings) -> "DynamoDBSendings":
    """Messages of imports that are under way."""
    from accord.adapters.dynamodb.sendings import DynamoDBSendings

    return DynamoDBSendings(table(settings))


def open_batches(settings: Settings) -> "DynamoDBOpenBatches":
    """The batches that are not over."""
    from accord.adapters.dynamodb.open_batches import DynamoDBOpenBatches

    return DynamoDBOpenBatches(table(settings))


def runs(settings: Settings) -> "DynamoDBRuns":
    """The runs of connections."""
    from accord.adapters.dynamodb.runs import DynamoDBRuns

    return DynamoDBRuns(table(settings))


def connections(settings: Settings) -> "DynamoDBConnections":
    """All connections, to read and to change."""
    from accord.adapters.dynamodb.connections import DynamoDBConnections

    return DynamoDBConnections(table(settings))


def step_queue(url: str) -> "SqsStepQueue":
    """`connection-steps`."""
    from accord.adapters.sqs.steps import SqsStepQueue

    return SqsStepQueue(client_of("sqs"), url)


def mail(sender: str) -> "SesMail":
    """Email to operators."""
    from accord.adapters.ses import SesMail

    return SesMail(client_of("sesv2"), sender)


def notice_queue(url: str) -> "SqsNoticeQueue":
    """`upstream-notices`."""
    from accord.adapters.sqs.notices import SqsNoticeQueue

    return SqsNoticeQueue(client_of("sqs"), url)


def hint_queue(url: str) -> "SqsHintQueue":
    """`audience-events`."""
    from accord.adapters.sqs.hints import SqsHintQueue

    return SqsHintQueue(client_of("sqs"), url)


def fetch_queue(url: str) -> "SqsFetchQueue":
    """`cobot-events`."""
    from accord.adapters.sqs.fetches import SqsFetchQueue

    return SqsFetchQueue(client_of("sqs"), url)


def space_of(settings: Settings, *, within: float | None = None) -> "SpaceOf":
    """A space of Cobot, with a token for it. `within`: seconds that one who waits has for all calls together."""

    def of(cobot: "Cobot", token: str) -> "MembershipApplication":
        from accord.adapters.cobot.space import CobotApplication

        return CobotApplication(url=cobot.url(is_local=settings.is_local), token=token, cobot=cobot, within=within)

    return of


def cobot_of(settings: Settings, *, within: float | None = None) -> "ReachSpace":
    """The space of a connection, with its own token: read anew each time, so that a new one counts at once."""
    from accord.usecases.connecting.reach_space import ReachSpace

    return ReachSpace(connection_secrets(), space_of(settings, within=within))


def authorisations(settings: Settings) -> "DynamoDBAuthorisations":
    """The authorisations that were begun."""
    from accord.adapters.dynamodb.authorisations import DynamoDBAuthorisations

    return DynamoDBAuthorisations(table(settings))


@cache
def secrets() -> "SecretsManagerSecrets":
    """All secrets, read when they are needed."""
    from accord.adapters.secrets.reading import SecretsManagerSecrets

    return SecretsManagerSecrets(client_of("secretsmanager"))


def recognise(ledger: "DynamoDBLedger", operator_secret_arn: str | None = None) -> "RecogniseCaller":
    """Without the secret of operators, none is recognised."""
    from accord.adapters.standard_webhooks import is_signed
    from accord.usecases.recognise_caller import RecogniseCaller

    known = secrets()
    return RecogniseCaller(
        ledger=ledger,
        secrets=known,
        is_signed=is_signed,
        operator_tokens=partial(known.operator_tokens, operator_secret_arn) if operator_secret_arn else tuple,
    )


def key_of(secret_arn: str) -> "KeyOf":
    """Read once: the key never changes while the stack lives."""
    return partial(address_key, secrets().address_key(secret_arn))


def state_machine(arn: str) -> "StepFunctionsRuns":
    """`reconcile`, `import` or `pull_activity`."""
    from accord.adapters.step_functions.runs import StepFunctionsRuns

    return StepFunctionsRuns(client_of("stepfunctions"), arn)


def http_of(settings: Settings, timeout: float) -> "Callable[[Connection], MailchimpHttp]":
    """Calls to Mailchimp with a connection's own key, over connections that are kept; `timeout` of each in seconds."""
    from accord.adapters.mailchimp.http import MailchimpHttp

    @cache
    def http(base_url: str, api_key: str) -> MailchimpHttp:
        return MailchimpHttp(base_url=base_url, api_key=api_key, timeout=timeout, allow_any_host=settings.is_local)

    return lambda connection: http(connection.api_base_url, secrets().mailchimp_api_key(connection))


def import_files(bucket: str) -> "S3ImportFiles":
    """The bucket of files. URLs are signed for its own region, and name no checksum that an uploader would have to
    know."""
    from botocore.config import Config

    from accord.adapters.s3 import S3ImportFiles

    own = Config(
        signature_version="s3v4", s3={"addressing_style": "virtual"}, request_checksum_calculation="when_required"
    )
    return S3ImportFiles(_session().create_client("s3", config=_config().merge(own)), bucket)


def reached_at(service: str) -> str:
    """The URL of a service of AWS."""
    url: str = client_of(service).meta.endpoint_url
    return url


@cache
def client_of(service: str) -> Any:
    """One for each service: making one takes longer than most calls, and what is connected stays so."""
    return _session().create_client(service, config=_config())


@cache
def _session() -> Any:
    """Botocore's own: boto3 adds resources and transfers of files, which a cold start would load for nobody. Asked for
    a client, botocore would first look through a thousand folders for all services that there are."""
    from botocore.session import get_session

    session: Any = get_session()
    session.get_component("data_loader").list_available_services = lambda type_name: SERVICES
    return session


def _config() -> "Config":
    from botocore.config import Config

    return Config(
        connect_timeout=3,
        read_timeout=10,
        retries={"mode": "standard", "total_max_attempts": 3},
        max_pool_connections=WORKERS + 2,
    )


def _accept_test_addresses() -> None:
    """On the local stack only: `.test` is reserved for this, and no mail can ever reach it."""
    import email_validator

    if "test" in email_validator.SPECIAL_USE_DOMAIN_NAMES:
        email_validator.SPECIAL_USE_DOMAIN_NAMES.remove("test")
