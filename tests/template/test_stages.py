"""Only `Stage=local` relaxes anything, and nothing is relaxed by default."""

from typing import Any

from tests.template.stack import PARAMETERS, RESOURCES, STACK, functions

IMPATIENT = {
    "SyncTimeoutSeconds": 300,
    "QueueVisibilitySeconds": 1800,
    "ClaimSeconds": 150,
    "BatchSeconds": 7200,
    "FeedSettledSeconds": 30,
}
"""Delays that keep workers apart: shorter ones are for the local stack, whose Mailchimp answers in milliseconds."""


def places(value: Any, condition: str) -> int:
    """How often a condition decides something."""
    if isinstance(value, dict):
        own = int(value.get("If", [None])[0] == condition) + int(value.get("Condition") == condition)
        return own + sum(places(each, condition) for each in value.values())
    if isinstance(value, list):
        return sum(places(each, condition) for each in value)
    return 0


def test_the_stage_is_the_strictest_unless_told_otherwise() -> None:
    assert PARAMETERS["Stage"]["Default"] == "prod"
    assert PARAMETERS["Stage"]["AllowedValues"] == ["local", "dev", "prod"]


def test_local_is_the_only_stage_that_a_condition_knows() -> None:
    assert STACK["Conditions"].keys() == {"IsLocal", "IsDeployed", "HasAlarmEmail"}
    assert STACK["Conditions"]["IsLocal"] == {"Equals": ["Stage", "local"]}
    assert STACK["Conditions"]["IsDeployed"] == {"Not": [STACK["Conditions"]["IsLocal"]]}


def test_the_template_itself_relaxes_only_that_the_table_can_be_deleted_and_that_files_come_without_tls() -> None:
    assert places(RESOURCES, "IsLocal") == 1
    assert RESOURCES["Ledger"]["Properties"]["DeletionProtectionEnabled"] == {"If": ["IsLocal", False, True]}
    assert places(RESOURCES, "IsDeployed") == 1
    assert RESOURCES["FilesBucketPolicy"]["Condition"] == "IsDeployed"


def test_the_delays_that_keep_workers_apart_are_fixed_everywhere_else() -> None:
    (rule,) = STACK["Rules"].values()

    assert rule["RuleCondition"] == {"Not": [{"Equals": ["Stage", "local"]}]}
    assert [assertion["Assert"] for assertion in rule["Assertions"]] == [
        *({"Equals": [name, str(seconds)]} for name, seconds in IMPATIENT.items()),
        {"Equals": ["AllowedEndpoints", ""]},
        {"Equals": ["MailchimpLoginUrl", PARAMETERS["MailchimpLoginUrl"]["Default"]]},
    ]
    assert PARAMETERS["AllowedEndpoints"]["Default"] == ""
    assert PARAMETERS["MailchimpLoginUrl"]["Default"] == "https://login.mailchimp.com"
    assert {name: PARAMETERS[name]["Default"] for name in IMPATIENT} == IMPATIENT


def test_a_claim_outlasts_a_call_that_may_still_take_effect_after_it_timed_out() -> None:
    assert PARAMETERS["ClaimSeconds"]["Default"] > 120
    assert PARAMETERS["MailchimpTimeoutSeconds"]["MaxValue"] <= 120


def test_functions_that_relax_anything_are_told_the_stage_as_it_is() -> None:
    told = {verb: f["Environment"]["STAGE"] for verb, f in functions().items() if "STAGE" in f["Environment"]}

    assert set(told.values()) == {"Stage"}
