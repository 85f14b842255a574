"""A short text -> a plain page in English or French, for the browser of a person who comes back from elsewhere."""

from dataclasses import dataclass
from html import escape
from typing import Any

from accord.domain.authorisation import Service
from accord.domain.reason_texts import Language
from accord.usecases.connecting.ask_owner import Outcome

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
_NAMES: dict[Service, str] = {"mailchimp": "Mailchimp", "cobot": "Cobot"}
_TITLES: dict[Language, dict[Outcome, str]] = {
    "en": {
        Outcome.CONNECTED: "{service} is connected",
        Outcome.DECLINED: "{service} is not connected",
        Outcome.NOT_VALID: "This link is not valid any more",
        Outcome.CODE_REFUSED: "{service} did not confirm",
        Outcome.OTHER_ACCOUNT: "This is another {service} account",
    },
    "fr": {
        Outcome.CONNECTED: "{service} est connecté",
        Outcome.DECLINED: "{service} n’est pas connecté",
        Outcome.NOT_VALID: "Ce lien n’est plus valable",
        Outcome.CODE_REFUSED: "{service} n’a pas confirmé",
        Outcome.OTHER_ACCOUNT: "C’est un autre compte {service}",
    },
}
_TEXTS: dict[Language, dict[Outcome, str]] = {
    "en": {
        Outcome.DECLINED: "Access was declined, and nothing was changed. To allow it after all, start again in Accord.",
        Outcome.NOT_VALID: "It is good once and for ten minutes. Nothing was changed: start again in Accord.",
        Outcome.CODE_REFUSED: "It does not know the code that you came back with. Nothing was changed: start again.",
    },
    "fr": {
        Outcome.DECLINED: "L’accès a été refusé, et rien n’a changé. Pour l’autoriser, recommencez dans Accord.",
        Outcome.NOT_VALID: "Il sert une fois et pendant dix minutes. Rien n’a changé : recommencez dans Accord.",
        Outcome.CODE_REFUSED: "Il ne reconnaît pas le code reçu. Rien n’a changé : recommencez dans Accord.",
    },
}
_TEXTS_OF_SERVICES: dict[Service, dict[Language, dict[Outcome, str]]] = {
    "mailchimp": {
        "en": {
            Outcome.CONNECTED: "Accord may now use this account for the connection {name}. You can close this page.",
            Outcome.OTHER_ACCOUNT: "The audience of the connection {name} is not in it. Nothing was changed: log in to "
            "Mailchimp with the account that has the audience, then start again in Accord.",
        },
        "fr": {
            Outcome.CONNECTED: "Accord peut utiliser ce compte pour la connexion {name}. Vous pouvez fermer cette "
            "page.",
            Outcome.OTHER_ACCOUNT: "L’audience de la connexion {name} n’y est pas. Rien n’a changé : connectez-vous à "
            "Mailchimp avec le compte de cette audience, puis recommencez dans Accord.",
        },
    },
    "cobot": {
        "en": {
            Outcome.CONNECTED: "Accord is told of the members of the space of the connection {name} from now on, and "
            "reads all of them once. You can close this page.",
            Outcome.OTHER_ACCOUNT: "The space of the connection {name} is not there, or does not let this account in. "
            "Nothing was changed: log in to Cobot as an admin of the space, compare its name, then start again in "
            "Accord.",
        },
        "fr": {
            Outcome.CONNECTED: "Accord est informé dès maintenant de ce qui concerne les membres de l’espace de la "
            "connexion {name}, et les lit tous une fois. Vous pouvez fermer cette page.",
            Outcome.OTHER_ACCOUNT: "L’espace de la connexion {name} n’existe pas, ou n’admet pas ce compte. Rien n’a "
            "changé : connectez-vous à Cobot comme administrateur de l’espace, comparez son nom, puis recommencez "
            "dans Accord.",
        },
    },
}


def outcome_page(service: Service, outcome: Outcome, connection_id: str, language: Language) -> Page:
    """How connecting an account ended, in words."""
    texts = _TEXTS[language] | _TEXTS_OF_SERVICES[service][language]
    title = _TITLES[language][outcome].format(service=_NAMES[service])
    return Page(_STATUS[outcome], language, title, texts[outcome].format(name=connection_id))


def unfinished_page(service: Service, language: Language, cause: str = "") -> Page:
    """It may work later, or, where a cause is given, once somebody has done what it says."""
    if cause:
        title = {"en": "This could not be finished", "fr": "Impossible de terminer"}[language]
        return Page(500, language, title, cause)
    texts: dict[Language, tuple[str, str]] = {
        "en": ("did not answer", "Nothing was finished. Start again in Accord in a few minutes."),
        "fr": ("n’a pas répondu", "Rien n’est terminé. Recommencez dans Accord dans quelques minutes."),
    }
    title, text = texts[language]
    return Page(503, language, f"{_NAMES[service]} {title}", text)
