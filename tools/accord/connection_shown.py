"""A connection, what would change in it, and its credentials, as people read them."""

from tools.accord.client import Answer
from tools.accord.terminal import Terminal, moment, plain


def show_connection(terminal: Terminal, connection: Answer) -> None:
    """All of its settings."""
    state = connection["state"].replace("_", " ")
    terminal.say(f"{connection['id']}  {state} since {moment(connection['state_since'])}", style="bold")
    reason, mailchimp, audience = connection["reason"], connection["mailchimp"], connection.get("audience") or {}
    notices, webhook = connection.get("notices") or {}, connection.get("webhook")
    terminal.facts(
        (
            ("why", reason["message"]),
            ("what to do", reason.get("next_step")),
            ("name", connection.get("name")),
            ("application", connection.get("application")),
            ("preset", connection.get("preset")),
            ("Mailchimp", _account(mailchimp)),
            ("audience", f"{audience['name']} ({audience['id']})" if audience else "not chosen yet"),
            *((name.replace("_", " "), value) for name, value in connection["policies"].items()),
            ("order by", connection.get("order_by")),
            ("language", connection.get("language")),
            ("time zone", connection.get("time_zone")),
            ("mapping", ", ".join(f"{field} → {tag}" for field, tag in connection["mapping"].items())),
            ("permissions", _permissions(connection)),
            ("notices go to", notices.get("url")),
            ("notices stopped", notices.get("stopped")),
            ("webhook", _webhook(webhook) if webhook else None),
            ("sign-up form", connection.get("signup_form_url")),
            ("imports told to", connection.get("email")),
            ("Cobot", connection.get("cobot")),
            ("made", moment(connection["created_at"])),
        )
    )


def _permissions(connection: Answer) -> str | None:
    return ", ".join(f"{source} → {text}" for source, text in (connection.get("permissions") or {}).items()) or None


def _account(mailchimp: Answer) -> str:
    if not mailchimp.get("authorised_by"):
        return "no account yet"
    by = {"api_key": "by API key", "oauth": "by OAuth"}.get(mailchimp["authorised_by"], mailchimp["authorised_by"])
    return f"{mailchimp.get('account') or mailchimp['base_url']}, {by}"


def _webhook(webhook: Answer) -> str:
    registered = "registered" if webhook["registered"] else "not registered"
    signed = "signed" if webhook["signed"] else "not signed"
    return f"{registered}, {signed}, checked {moment(webhook['checked_at'])}"


def show_changes(terminal: Terminal, changes: list[Answer]) -> None:
    """What would become of each setting, and what that does."""
    for each in changes:
        terminal.say(f"{each['field']}: {plain(each['before'])} → {plain(each['after'])}", style="bold")
        if each.get("effect"):
            terminal.say(each["effect"], indent=2)


def show_credentials(terminal: Terminal, credentials: Answer) -> None:
    """Whole and unwrapped, to be copied: they are never shown again."""
    for name, value in credentials.items():
        terminal.verbatim(f"{name.replace('_', ' '):<16}{plain(value)}")
    terminal.note("Keep these now: they are shown this once.", style="bold")
