"""A short text -> a plain page in English or French, for the browser of a person who comes back from elsewhere."""

from dataclasses import dataclass
from html import escape
from typing import Any

from accord.domain.reason_texts import Language
from accord.usecases.ask_owner import Outcome

_HEADERS = {
    "content-type": "text/html; charset=utf-8",
    "cache-control": "no-store",
    # The address of the page holds a code: it is told to nobody, and nothing on the page may act.
    "referrer-policy": "no-referrer",
    "content-security-policy": "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
}
_PAGE = """<!doctype html>
<html lang="{language}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{title}</title></head>
<body><main><h1>{title}</h1><p>{text}</p></main></body>
</html>
"""


@dataclass(frozen=True, slots=True)
class Page:
    """A title and a paragraph, both as plain text."""

    status: int
    language: Language
    title: str
    text: str

    def proxied(self) -> dict[str, Any]:
        """The page as API Gateway wants it."""
        body = _PAGE.format(language=self.language, title=escape(self.title), text=escape(self.text))
        return {"statusCode": self.status, "headers": dict(_HEADERS), "body": body, "isBase64Encoded": False}


_STATUS = {
    Outcome.CONNECTED: 200,
    Outcome.DECLINED: 200,
    Outcome.NOT_VALID: 400,
    Outcome.CODE_REFUSED: 400,
    Outcome.OTHER_ACCOUNT: 409,
}
_TITLES: dict[Language, dict[Outcome, str]] = {
    "en": {
        Outcome.CONNECTED: "Mailchimp is connected",
        Outcome.DECLINED: "Mailchimp is not connected",
        Outcome.NOT_VALID: "This link is not valid any more",
        Outcome.CODE_REFUSED: "Mailchimp did not confirm",
        Outcome.OTHER_ACCOUNT: "This is another Mailchimp account",
    },
    "fr": {
        Outcome.CONNECTED: "Mailchimp est connecté",
        Outcome.DECLINED: "Mailchimp n’est pas connecté",
        Outcome.NOT_VALID: "Ce lien n’est plus valable",
        Outcome.CODE_REFUSED: "Mailchimp n’a pas confirmé",
        Outcome.OTHER_ACCOUNT: "C’est un autre compte Mailchimp",
    },
}
_TEXTS: dict[Language, dict[Outcome, str]] = {
    "en": {
        Outcome.CONNECTED: "Accord may now use this account for the connection {name}. You can close this page.",
        Outcome.DECLINED: "Access was declined, and nothing was changed. To allow it after all, start again in Accord.",
        Outcome.NOT_VALID: "It is good once and for ten minutes. Nothing was changed: start again in Accord.",
        Outcome.CODE_REFUSED: "It does not know the code that you came back with. Nothing was changed: start again.",
        Outcome.OTHER_ACCOUNT: "The audience of the connection {name} is not in it. Nothing was changed: log in to "
        "Mailchimp with the account that has the audience, then start again in Accord.",
    },
    "fr": {
        Outcome.CONNECTED: "Accord peut utiliser ce compte pour la connexion {name}. Vous pouvez fermer cette page.",
        Outcome.DECLINED: "L’accès a été refusé, et rien n’a changé. Pour l’autoriser, recommencez dans Accord.",
        Outcome.NOT_VALID: "Il sert une fois et pendant dix minutes. Rien n’a changé : recommencez dans Accord.",
        Outcome.CODE_REFUSED: "Il ne reconnaît pas le code reçu. Rien n’a changé : recommencez dans Accord.",
        Outcome.OTHER_ACCOUNT: "L’audience de la connexion {name} n’y est pas. Rien n’a changé : connectez-vous à "
        "Mailchimp avec le compte de cette audience, puis recommencez dans Accord.",
    },
}


def outcome_page(outcome: Outcome, connection_id: str, language: Language) -> Page:
    """How connecting an account ended, in words."""
    text = _TEXTS[language][outcome].format(name=connection_id)
    return Page(_STATUS[outcome], language, _TITLES[language][outcome], text)


def unfinished_page(language: Language, cause: str = "") -> Page:
    """It may work later, or, where a cause is given, once somebody has done what it says."""
    if cause:
        title = {"en": "This could not be finished", "fr": "Impossible de terminer"}[language]
        return Page(500, language, title, cause)
    texts: dict[Language, tuple[str, str]] = {
        "en": ("Mailchimp did not answer", "Nothing was finished. Start again in Accord in a few minutes."),
        "fr": ("Mailchimp n’a pas répondu", "Rien n’est terminé. Recommencez dans Accord dans quelques minutes."),
    }
    return Page(503, language, *texts[language])
