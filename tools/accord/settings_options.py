"""The settings of a connection as options, and the options as the API takes them."""

import os
import sys
from collections.abc import Callable, Mapping
from typing import Any

import click

from tools.accord.asking import Id
from tools.accord.client import Answer
from tools.accord.terminal import Terminal

PRESETS = ("recommended", "cobot", "anaba", "calendarspots")
POLICIES = {
    "on_leave": ("keep", "archive"),
    "on_cancel": ("keep", "archive"),
    "on_email_change": ("move", "keep_old"),
    "opt_in": ("single", "double"),
    "existing_contacts": ("overwrite", "fill_blanks", "leave"),
    "sync_mode": ("realtime", "nightly"),
}
POLICY_HELP = {
    "on_leave": "When a member is deleted: keep the contact, or archive it.",
    "on_cancel": "When a membership is cancelled.",
    "on_email_change": "Move the contact to a new address, or keep the old one.",
    "opt_in": "double: Mailchimp asks each person to confirm.",
    "existing_contacts": "What becomes of data that contacts have already.",
    "sync_mode": "At once, or every night.",
}
PLAIN = ("name", "preset", "order_by", "language", "time_zone", "mailchimp_base_url")
CAN_BE_NONE = ("notice_url", "email")
COBOT = {"cobot_space": "space", "cobot_consent_field": "consent_field", "cobot_birthday_field": "birthday_field"}


def _mapped(_ctx: click.Context, _param: click.Parameter, values: tuple[str, ...]) -> dict[str, str]:
    mapping = {}
    for text in values:
        source, equals, tag = text.partition("=")
        if not (source.strip() and equals):
            raise click.BadParameter(f"{text!r} is not FIELD=TAG, as first_name=FNAME")
        mapping[source.strip()] = tag.strip()
    return mapping


def _permitted(_ctx: click.Context, _param: click.Parameter, values: tuple[str, ...]) -> dict[str, str]:
    permissions = {}
    for text in values:
        source, equals, permission = text.partition("=")
        if not (source.strip() and equals):
            raise click.BadParameter(f"{text!r} is not SOURCE=TEXT, as consent=Email")
        permissions[source.strip()] = permission.strip()
    return permissions


_OPTIONS = (
    click.option("--name", metavar="TEXT", help="As people call it."),
    click.option("--preset", type=click.Choice(PRESETS), help="Policies and mapping of a product."),
    *(
        click.option(f"--{name.replace('_', '-')}", type=click.Choice(choices), help=POLICY_HELP[name])
        for name, choices in POLICIES.items()
    ),
    click.option(
        "--profile-changes/--no-profile-changes",
        "profile_changes_upstream",
        default=None,
        help="Tell the application of profiles that people change in Mailchimp.",
    ),
    click.option(
        "--activity-digests/--no-activity-digests",
        "activity_upstream",
        default=None,
        help="Tell the application every week what its members did with campaigns.",
    ),
    click.option(
        "--map",
        "mapping",
        multiple=True,
        callback=_mapped,
        metavar="FIELD=TAG",
        help="A field of members and the merge field it goes to; FIELD= unmaps it. May be repeated.",
    ),
    click.option(
        "--permission",
        "permissions",
        multiple=True,
        callback=_permitted,
        metavar="SOURCE=TEXT",
        help="consent or fields.NAME, and the marketing permission it gives; SOURCE= ends that. May be repeated.",
    ),
    click.option(
        "--order-by",
        type=click.Choice(("occurred_at", "version", "received")),
        help="What says which change of a member is the newest.",
    ),
    click.option("--language", type=click.Choice(("en", "fr")), help="Of reasons and notices of the connection."),
    click.option("--time-zone", metavar="NAME", help="Where its night is, as Europe/Paris."),
    click.option("--notice-url", metavar="URL", help="Where the application takes notices; empty: nowhere."),
    click.option("--email", metavar="ADDRESS", help="Who is told when an import is done; empty: nobody."),
    click.option("--mailchimp-base-url", metavar="URL", help="Where Mailchimp is, if the key does not say it."),
    click.option("--cobot-space", type=Id(), help="The space, as in SPACE.cobot.me."),
    click.option("--cobot-consent-field", metavar="NAME", help="The custom field that holds consent."),
    click.option("--cobot-birthday-field", metavar="NAME", help="The custom field that holds the birthday."),
)


def settings_options[F: Callable[..., Any]](function: F) -> F:
    """Everything that can be set when a connection is made and afterwards."""
    for each in reversed(_OPTIONS):
        function = each(function)
    return function


def settings_of(given: Mapping[str, Any], known_cobot: Answer | None = None) -> Answer:
    """What was given, as the API takes it: policies and mappings singly, Cobot's as a whole. An empty text takes a
    value away."""
    settings: Answer = {name: given[name] for name in PLAIN if given[name] is not None}
    settings |= {name: given[name] or None for name in CAN_BE_NONE if given[name] is not None}
    chosen = (*POLICIES, "profile_changes_upstream", "activity_upstream")
    if policies := {name: given[name] for name in chosen if given[name] is not None}:
        settings["policies"] = policies
    for name in ("mapping", "permissions"):
        if given[name]:
            settings[name] = {source: wished or None for source, wished in given[name].items()}
    if cobot := {key: given[name] for name, key in COBOT.items() if given[name] is not None}:
        settings["cobot"] = {**(known_cobot or {}), **cobot}
    return settings


def api_key(terminal: Terminal, *, from_stdin: bool) -> str | None:
    """The Mailchimp API key from stdin, from MAILCHIMP_API_KEY, or from a person; None when there is none. Never
    from an argument, which others can see."""
    if from_stdin:
        return sys.stdin.readline().strip() or None
    if key := os.environ.get("MAILCHIMP_API_KEY", "").strip():
        terminal.note("the Mailchimp API key is that of MAILCHIMP_API_KEY", style="dim")
        return key
    if not sys.stdin.isatty():
        return None
    asked = "Mailchimp API key (Account > Extras > API keys; empty: later)"
    key = click.prompt(asked, hide_input=True, default="", show_default=False, err=True)
    return str(key).strip() or None
