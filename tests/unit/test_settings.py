"""Settings come from the environment, are checked before anything starts, and default to what production needs."""

import pytest
from pydantic import ValidationError

from accord.domain.timing import Timing
from accord.settings import (
    ApplyAudienceEventsSettings,
    ConnectCobotSettings,
    ConnectMailchimpSettings,
    FetchCobotMembersSettings,
    ImportMembersSettings,
    ManageConnectionsSettings,
    ManageImportsSettings,
    ManageMembersSettings,
    NotifyUpstreamSettings,
    OfferDueChangesSettings,
    ReceiveAudienceEventsSettings,
    ReceiveChangesSettings,
    ReceiveCobotEventsSettings,
    RecordFailuresSettings,
    Settings,
    ShowBadgesSettings,
    SyncMembersSettings,
    TendConnectionsSettings,
)

EVERYTHING = {
    "TABLE_NAME": "ledger",
    "MEMBER_CHANGES_QUEUE_URL": "https://queue.test/member-changes",
    "BULK_CHANGES_QUEUE_URL": "https://queue.test/bulk-changes",
    "AUDIENCE_EVENTS_QUEUE_URL": "https://queue.test/audience-events",
    "UPSTREAM_NOTICES_QUEUE_URL": "https://queue.test/upstream-notices",
    "CONNECTION_STEPS_QUEUE_URL": "https://queue.test/connection-steps",
    "COBOT_EVENTS_QUEUE_URL": "https://queue.test/cobot-events",
    "OPERATOR_SECRET_ARN": "arn:operator",
    "ADDRESS_KEY_SECRET_ARN": "arn:address-key",
    "MAILCHIMP_OAUTH_SECRET_ARN": "arn:oauth",
    "COBOT_OAUTH_SECRET_ARN": "arn:cobot-oauth",
    "API_URL": "https://a1b2c3d4e5.execute-api.eu-west-3.amazonaws.com",
    "CONNECTION_SECRETS_PREFIX": "accord/zoo/connections",
    "FILES_BUCKET_NAME": "files-of-the-zoo",
    "IMPORT_STATE_MACHINE_ARN": "arn:import",
    "RECONCILE_STATE_MACHINE_ARN": "arn:reconcile",
    "PULL_ACTIVITY_STATE_MACHINE_ARN": "arn:pull-activity",
}
MODELS = [
    ReceiveChangesSettings,
    ShowBadgesSettings,
    ManageMembersSettings,
    ManageImportsSettings,
    ImportMembersSettings,
    ConnectMailchimpSettings,
    ConnectCobotSettings,
    ManageConnectionsSettings,
    SyncMembersSettings,
    OfferDueChangesSettings,
    ApplyAudienceEventsSettings,
    ReceiveAudienceEventsSettings,
    NotifyUpstreamSettings,
    RecordFailuresSettings,
    ReceiveCobotEventsSettings,
    FetchCobotMembersSettings,
    TendConnectionsSettings,
]


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("STAGE", raising=False)
    for name, value in EVERYTHING.items():
        monkeypatch.setenv(name, value)


@pytest.mark.parametrize("model", MODELS)
def test_what_the_template_sets_is_enough_and_the_rules_are_strict(model: type[Settings]) -> None:
    settings = model.from_environment()

    assert (settings.stage, settings.is_local, settings.history_days) == ("prod", False, 365)


@pytest.mark.parametrize("model", MODELS)
def test_a_function_does_not_start_without_its_table(model: type[Settings], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TABLE_NAME", "")
    with pytest.raises(ValidationError, match="table_name"):
        model.from_environment()

    monkeypatch.delenv("TABLE_NAME")
    with pytest.raises(ValidationError, match="table_name"):
        model.from_environment()


@pytest.mark.parametrize("stage", ["Local", "local ", "locals", "prod", "staging"])
def test_only_local_is_local(stage: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STAGE", stage)

    assert not SyncMembersSettings.from_environment().is_local


def test_delays_may_be_short(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, seconds in {"CLAIM": 4, "RETRY_BASE": 0.2, "RETRY_MAX": 1, "BUSY_RETRY": 0.5, "PAUSED_RETRY": 2}.items():
        monkeypatch.setenv(f"{name}_SECONDS", str(seconds))
    monkeypatch.setenv("OFFERED_AGAIN_SECONDS", "3")

    timing = SyncMembersSettings.from_environment().timing

    assert timing == Timing(claim=4, retry_base=0.2, retry_max=1, busy_retry=0.5, paused_retry=2, lease=3)


def test_the_defaults_are_those_of_the_domain() -> None:
    assert SyncMembersSettings.from_environment().timing == Timing()


@pytest.mark.parametrize("seconds", ["0", "-1", "soon"])
def test_a_delay_is_a_number_of_seconds(seconds: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLAIM_SECONDS", seconds)

    with pytest.raises(ValidationError, match="claim_seconds"):
        SyncMembersSettings.from_environment()


def test_the_last_call_ends_before_the_invocation_does() -> None:
    settings = SyncMembersSettings.from_environment()

    assert settings.margin.total_seconds() > settings.mailchimp_timeout_seconds


def test_only_the_stack_on_ones_own_machine_may_allow_private_endpoints(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALLOWED_ENDPOINTS", "127.0.0.1, app.test")
    for stage, allowed in (("local", ("127.0.0.1", "app.test")), ("dev", ()), ("prod", ())):
        monkeypatch.setenv("STAGE", stage)
        for model in (NotifyUpstreamSettings, ManageConnectionsSettings):
            assert model.from_environment().allowed == allowed
