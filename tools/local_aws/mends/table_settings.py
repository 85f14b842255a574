"""DynamoDB tables of a stack: time to live and point-in-time recovery, which MiniStack drops."""

from ministack.services import dynamodb

from .provisioning import Properties, after, is_true


def mend() -> None:
    """Give a table of a stack the settings that the API's own calls would."""
    after("AWS::DynamoDB::Table", _settle)


def _settle(table: str, properties: Properties) -> None:
    if ttl := properties.get("TimeToLiveSpecification"):
        enabled = {"AttributeName": ttl.get("AttributeName"), "Enabled": is_true(ttl.get("Enabled"))}
        dynamodb._update_ttl({"TableName": table, "TimeToLiveSpecification": enabled})
    if recovery := properties.get("PointInTimeRecoverySpecification"):
        recovery = {"PointInTimeRecoveryEnabled": is_true(recovery.get("PointInTimeRecoveryEnabled"))}
        dynamodb._update_continuous_backups({"TableName": table, "PointInTimeRecoverySpecification": recovery})
