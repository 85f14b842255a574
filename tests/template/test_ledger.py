"""What must outlive everything: the table, and the key without which its addresses mean nothing."""

from typing import Any

import pytest

from accord.adapters.dynamodb.definition import TABLE, TTL_ATTRIBUTE
from tests.template.stack import RESOURCES

LEDGER = RESOURCES["Ledger"]["Properties"]


@pytest.mark.parametrize("setting", TABLE)
def test_the_table_is_the_one_that_the_ledger_expects(setting: str) -> None:
    assert in_any_order(LEDGER[setting]) == in_any_order(TABLE[setting])


def in_any_order(setting: Any) -> Any:
    return sorted(setting, key=str) if isinstance(setting, list) and "KeyType" not in setting[0] else setting


def test_what_has_expired_is_deleted() -> None:
    assert LEDGER["TimeToLiveSpecification"] == {"AttributeName": TTL_ATTRIBUTE, "Enabled": True}


def test_the_table_can_be_brought_back_to_any_second() -> None:
    assert LEDGER["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}


def test_the_table_is_encrypted_under_a_key_whose_use_the_account_can_see() -> None:
    assert LEDGER["SSESpecification"] == {"SSEEnabled": True}


@pytest.mark.parametrize(
    "name", ["Ledger", "AddressKeySecret", "OperatorSecret", "MailchimpOAuthSecret", "CobotOAuthSecret"]
)
def test_it_outlives_the_stack(name: str) -> None:
    assert RESOURCES[name]["DeletionPolicy"] == "Retain"
    assert RESOURCES[name]["UpdateReplacePolicy"] == "Retain"


def test_the_address_key_is_made_by_aws_and_known_to_nobody() -> None:
    properties = RESOURCES["AddressKeySecret"]["Properties"]

    assert properties["GenerateSecretString"] == {"PasswordLength": 64, "ExcludePunctuation": True}
    assert "RotationSchedule" not in str(RESOURCES)


def test_the_operator_token_is_made_by_aws_as_the_value_of_a_json_secret() -> None:
    generated = RESOURCES["OperatorSecret"]["Properties"]["GenerateSecretString"]

    assert generated["SecretStringTemplate"] == "{}"
    assert generated["GenerateStringKey"] == "token"
    assert generated["PasswordLength"] >= 43  # 256 bits in letters and digits
