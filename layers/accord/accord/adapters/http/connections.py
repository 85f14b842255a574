"""Connections as operators say them, and as answers show them: never with a secret, save once when it is made."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from pydantic import BaseModel, ValidationError

from accord.adapters.http import body
from accord.adapters.http.messages import Request
from accord.adapters.http.problems import ProblemError, wrong_shape
from accord.domain.checks import Checked, explain_check
from accord.domain.connection import Connection, Whom
from accord.domain.connection_settings import ConnectionSettings
from accord.domain.connection_texts import explain_connection
from accord.domain.lifecycle import reason_of
from accord.domain.new_audience import NewAudience
from accord.domain.policy_changes import SettingChange
from accord.domain.reason_texts import Language
from accord.domain.values import Value
from accord.usecases.connecting.choose_audience import AudienceChoice
from accord.usecases.connecting.explain_settings import explain_settings
from accord.usecases.connecting.reach_account import NotNowError, SettingsRefusedError
from accord.usecases.explain_refusal import FieldError
from accord.usecases.manage_connections import Credentials

LONGEST_REASON = 300
LONGEST_ID = 100


@contextmanager
def refusals() -> Iterator[None]:
    """What the use cases refuse, as problems: 422 for what was said, 409 for how the connection stands."""
    try:
        yield
    except SettingsRefusedError as refused:
        raise wrong_shape(*refused.errors) from refused
    except NotNowError as error:
        raise ProblemError(409, "Not now", str(error)) from error


def posted_settings[Settings: ConnectionSettings](request: Request, model: type[Settings]) -> Settings:
    """The settings in the body. 422 names every field that is wrong."""
    return _validated(body.posted_object(request), model)


def posted_audience(request: Request) -> str | NewAudience:
    """The id of one of the account's audiences, or one that is to be made."""
    said = body.posted_object(request, allowed=("id", "create"))
    if len(said) != 1:
        raise wrong_shape(FieldError("id", "or else `create` must be said: an audience there is, or a new one"))
    if "create" in said:
        return _validated(said, _Creation).create
    audience_id = said["id"]
    if not isinstance(audience_id, str) or not audience_id.isalnum() or len(audience_id) > 40:
        raise wrong_shape(FieldError("id", "must be the id of one of the account's audiences: list them"))
    return audience_id


class _Creation(Value):
    create: NewAudience


def _validated[Said: BaseModel](document: object, model: type[Said]) -> Said:
    try:
        return model.model_validate(document)
    except ValidationError as error:
        raise wrong_shape(*explain_settings(error)) from None


def posted_reason(request: Request) -> str:
    """What an operator says of a step, if anything."""
    said = body.posted_object(request, allowed=("reason",)).get("reason", "") if request.body else ""
    if not isinstance(said, str) or len(said) > LONGEST_REASON:
        raise wrong_shape(FieldError("reason", f"must be a text of {LONGEST_REASON} characters at most"))
    return said.strip()


def posted_reconfirmation(request: Request) -> tuple[Whom, str | None]:
    """Who is to be asked, and the proposal that is approved, if one is. 422 names every field that is wrong."""
    said = body.posted_object(request, allowed=("who", "approve"))
    who, proposal = str(said.get("who")), said.get("approve")
    wrong = []
    if who not in {each.value for each in Whom}:
        wrong.append(FieldError("who", f"must be one of {', '.join(Whom)}"))
    if proposal is not None and not (isinstance(proposal, str) and 0 < len(proposal) <= LONGEST_ID):
        wrong.append(FieldError("approve", "must be the id of a proposal: leave it out to get one"))
    if wrong:
        raise wrong_shape(*wrong)
    return Whom(who), proposal


def shown_connection(connection: Connection, language: Language) -> dict[str, object]:
    """The connection document."""
    code = reason_of(connection)
    words = explain_connection(code, language, connection.state_reason)
    webhook = {
        "registered": True,
        "signed": connection.webhook_signed,
        "checked_at": _moment(connection.webhook_checked_at),
    }
    audience = {"id": connection.audience_id, "name": connection.audience_name}
    return {
        "id": connection.id,
        "name": connection.name or connection.id,
        "application": connection.application.value,
        "preset": connection.preset.value,
        "state": connection.state.value,
        "reason": {"code": code.value, "message": words.message, "next_step": words.next_step},
        "state_since": _moment(connection.state_since),
        "created_at": _moment(connection.created_at),
        "mailchimp": {
            "authorised_by": connection.authorised_by.value if connection.authorised_by is not None else None,
            "base_url": connection.api_base_url,
            "account": connection.account_name or None,
        },
        "audience": audience if connection.audience_id else None,
        "policies": connection.policy.model_dump(mode="json"),
        "order_by": connection.order_by.value,
        "language": connection.language,
        "time_zone": connection.time_zone,
        "mapping": connection.mapping,
        "permissions": connection.permissions,
        "notices": {"url": connection.notice_url or None, "stopped": connection.notices_stopped or None},
        "webhook": webhook if connection.webhook_secret_hashes else None,
        "signup_form_url": connection.signup_form_url,
        "email": connection.email or None,
        "cobot": connection.cobot.model_dump(mode="json", exclude={"webhook_secret_hashes", "told_at", "base_url"})
        if connection.cobot is not None
        else None,
    }


def shown_credentials(credentials: Credentials, request: Request, connection: Connection) -> dict[str, str]:
    """What the application gets, this once."""
    made = {"token": credentials.token, "signing_secret": credentials.signing_secret}
    url = f"{request.origin}/v1/connections/{connection.id}/members"
    return {"url": url} | {name: secret for name, secret in made.items() if secret is not None}


def shown_change(change: SettingChange) -> dict[str, object]:
    """One setting, before and after, and what this does."""
    return change._asdict()


def shown_audiences(choice: AudienceChoice) -> dict[str, object]:
    """The account's audiences, and who uses them."""
    return {
        "audiences": [
            {
                "id": audience.id,
                "name": audience.name,
                "member_count": audience.member_count,
                "double_optin": audience.double_optin,
                "marketing_permissions": audience.marketing_permissions,
                "used_by": choice.used_by.get(audience.id, []),
            }
            for audience in choice.listed.audiences
        ],
        "may_create": choice.listed.may_create,
        "contacts_in_several": choice.in_several,
    }


def shown_check(checked: Checked, language: Language) -> dict[str, object]:
    """One check, with what to do."""
    words = explain_check(checked, language)
    shown: dict[str, object] = {"check": checked.check.value, "ok": checked.ok, "code": checked.finding.value}
    return shown | {"message": words.message, "next_step": words.next_step}


def _moment(at: datetime | None) -> str | None:
    return at.isoformat().replace("+00:00", "Z") if at is not None else None
