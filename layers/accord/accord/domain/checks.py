"""What a test of a connection finds: one closed list, and each finding in words, in English and French."""

from enum import StrEnum
from typing import NamedTuple

from accord.domain.reason_texts import Language, Text


class Check(StrEnum):
    """What is looked at."""

    ACCOUNT = "account"
    AUDIENCE = "audience"
    FIELDS = "fields"
    WEBHOOK = "webhook"
    NOTICES = "notices"
    PERMISSIONS = "permissions"
    """Only where the connection maps some."""
    SPACE = "space"
    """Of Cobot; only where that is the application."""


class Finding(StrEnum):
    """What was found."""

    ACCOUNT_ANSWERS = "account_answers"
    ACCOUNT_MISSING = "account_missing"
    ACCOUNT_REFUSED = "account_refused"
    MAILCHIMP_AWAY = "mailchimp_away"
    AUDIENCE_THERE = "audience_there"
    AUDIENCE_MISSING = "audience_missing"
    AUDIENCE_GONE = "audience_gone"
    FIELDS_FIT = "fields_fit"
    FIELDS_TO_CREATE = "fields_to_create"
    FIELDS_CLASH = "fields_clash"
    FIELDS_TOO_MANY = "fields_too_many"
    PERMISSIONS_FIT = "permissions_fit"
    PERMISSIONS_TO_LEARN = "permissions_to_learn"
    PERMISSIONS_UNKNOWN = "permissions_unknown"
    PERMISSIONS_OFF = "permissions_off"
    WEBHOOK_REGISTERED = "webhook_registered"
    WEBHOOK_TO_COME = "webhook_to_come"
    NOTICES_POSSIBLE = "notices_possible"
    NOTICES_UNWANTED = "notices_unwanted"
    NOTICES_REFUSED = "notices_refused"
    NOTICES_STOPPED = "notices_stopped"
    SPACE_ANSWERS = "space_answers"
    SPACE_BUSY = "space_busy"
    SPACE_MISSING = "space_missing"
    SPACE_NOT_AUTHORISED = "space_not_authorised"
    SPACE_REFUSED = "space_refused"
    SPACE_AWAY = "space_away"
    NOT_LOOKED_AT = "not_looked_at"


GOOD = frozenset(
    {
        Finding.ACCOUNT_ANSWERS,
        Finding.AUDIENCE_THERE,
        Finding.FIELDS_FIT,
        Finding.FIELDS_TO_CREATE,
        Finding.PERMISSIONS_FIT,
        Finding.PERMISSIONS_TO_LEARN,
        Finding.WEBHOOK_REGISTERED,
        Finding.WEBHOOK_TO_COME,
        Finding.NOTICES_POSSIBLE,
        Finding.NOTICES_UNWANTED,
        Finding.SPACE_ANSWERS,
        Finding.SPACE_BUSY,
    }
)


class Checked(NamedTuple):
    """One check, what it found, and which field, tag or name it is about."""

    check: Check
    finding: Finding
    detail: str = ""

    @property
    def ok(self) -> bool:
        """Whether the connection may go on."""
        return self.finding in GOOD


def explain_check(checked: Checked, language: Language) -> Text:
    """The words for what was found. Total: every finding has both languages."""
    chosen = _TEXTS[checked.finding][language]
    return Text(chosen.message.replace("{detail}", checked.detail), chosen.next_step)


def _both(en: str, en_next: str, fr: str, fr_next: str) -> dict[Language, Text]:
    return {"en": Text(en, en_next), "fr": Text(fr, fr_next)}


def _well(en: str, fr: str) -> dict[Language, Text]:
    return _both(en, "Nothing to do.", fr, "Rien à faire.")


_TEXTS: dict[Finding, dict[Language, Text]] = {
    Finding.ACCOUNT_ANSWERS: _well(
        "Mailchimp answers, and takes the key: {detail}.", "Mailchimp répond, et accepte la clé : {detail}."
    ),
    Finding.ACCOUNT_MISSING: _both(
        "The connection has no Mailchimp account yet.",
        "Give it an API key (mailchimp_api_key), or authorise it through Mailchimp.",
        "La connexion n'a pas encore de compte Mailchimp.",
        "Donnez-lui une clé d'API (mailchimp_api_key), ou autorisez-la dans Mailchimp.",
    ),
    Finding.ACCOUNT_REFUSED: _both(
        "Mailchimp refuses the key: {detail}.",
        "Give it another API key (mailchimp_api_key), or authorise it through Mailchimp again.",
        "Mailchimp refuse la clé : {detail}.",
        "Donnez-lui une autre clé d'API (mailchimp_api_key), ou autorisez-la à nouveau dans Mailchimp.",
    ),
    Finding.MAILCHIMP_AWAY: _both(
        "Mailchimp did not answer.",
        "Test again in a minute; if it lasts, look at Mailchimp's status page.",
        "Mailchimp n'a pas répondu.",
        "Testez à nouveau dans une minute ; si cela dure, consultez la page d'état de Mailchimp.",
    ),
    Finding.AUDIENCE_THERE: _well("The audience is there: {detail}.", "L'audience est là : {detail}."),
    Finding.AUDIENCE_MISSING: _both(
        "No audience is chosen yet.",
        "List the audiences of the account and choose one, or create one.",
        "Aucune audience n'est encore choisie.",
        "Affichez les audiences du compte et choisissez-en une, ou créez-en une.",
    ),
    Finding.AUDIENCE_GONE: _both(
        "The account does not have the audience that was chosen.",
        "Choose another audience, or give the key of the account that it belongs to.",
        "Le compte n'a pas l'audience qui a été choisie.",
        "Choisissez une autre audience, ou donnez la clé du compte auquel elle appartient.",
    ),
    Finding.FIELDS_FIT: _well(
        "Every mapped field has its place in the audience.",
        "Chaque champ mis en correspondance a sa place dans l'audience.",
    ),
    Finding.FIELDS_TO_CREATE: _well(
        "Every mapped field has its place, or gets one: {detail} will be created.",
        "Chaque champ mis en correspondance a sa place, ou en reçoit une : {detail} sera créé.",
    ),
    Finding.FIELDS_CLASH: _both(
        "The merge tags of {detail} are of a type that can not hold them.",
        "Map them to other tags, or leave them out (null).",
        "Les étiquettes de {detail} sont d'un type qui ne peut pas les contenir.",
        "Mettez-les en correspondance avec d'autres étiquettes, ou retirez-les (null).",
    ),
    Finding.FIELDS_TOO_MANY: _both(
        "The audience has no room for {detail}: it takes 30 fields.",
        "Delete fields that nobody needs from the audience, or leave some out of the mapping (null).",
        "L'audience n'a pas de place pour {detail} : elle accepte 30 champs.",
        "Supprimez de l'audience des champs inutiles, ou retirez-en de la correspondance (null).",
    ),
    Finding.PERMISSIONS_FIT: _well(
        "The audience has every marketing permission that consent is mapped to.",
        "L'audience a toutes les autorisations marketing mises en correspondance.",
    ),
    Finding.PERMISSIONS_TO_LEARN: _well(
        "Mailchimp shows marketing permissions on contacts only, and the audience has none yet: Accord learns them "
        "once the first contact is there.",
        "Mailchimp ne montre les autorisations marketing que sur les contacts, et l'audience n'en a pas encore : "
        "Accord les apprend dès que le premier contact est là.",
    ),
    Finding.PERMISSIONS_UNKNOWN: _both(
        "The audience does not have the marketing permissions of {detail}.",
        "Map them to permissions that it has (permissions), by their text, or leave them out (null).",
        "L'audience n'a pas les autorisations marketing de {detail}.",
        "Mettez-les en correspondance avec celles qu'elle a (permissions), par leur texte, ou retirez-les (null).",
    ),
    Finding.PERMISSIONS_OFF: _both(
        "The audience has no marketing permissions: its GDPR fields are off.",
        "In Mailchimp, switch them on in the audience's settings (Audience name and defaults > Enable GDPR fields), or "
        "leave the permissions out (null).",
        "L'audience n'a pas d'autorisations marketing : ses champs RGPD sont désactivés.",
        "Dans Mailchimp, activez-les dans les réglages de l'audience (Nom et paramètres par défaut > Activer les "
        "champs RGPD), ou retirez les autorisations (null).",
    ),
    Finding.WEBHOOK_REGISTERED: _well(
        "Mailchimp tells what happens in the audience.", "Mailchimp informe de ce qui se passe dans l'audience."
    ),
    Finding.WEBHOOK_TO_COME: _well(
        "The webhook is not registered yet: Accord does that with the approval.",
        "Le webhook n'est pas encore enregistré : Accord le fait avec l'approbation.",
    ),
    Finding.NOTICES_POSSIBLE: _well(
        "Notices can be sent to the application's endpoint.",
        "Les notifications peuvent être envoyées à l'application.",
    ),
    Finding.NOTICES_UNWANTED: _well(
        "The application wants no notices sent; it may read the feed.",
        "L'application ne veut pas de notifications ; elle peut lire le flux.",
    ),
    Finding.NOTICES_REFUSED: _both(
        "Notices can not go to the application's endpoint ({detail}).",
        "Give a public https address as notice_url.",
        "Les notifications ne peuvent pas aller à l'adresse de l'application ({detail}).",
        "Donnez une adresse https publique comme notice_url.",
    ),
    Finding.NOTICES_STOPPED: _both(
        "Nothing is sent to the application's endpoint any more: {detail}.",
        "Give its address (notice_url) again once it takes notices; until then it may read the feed.",
        "Plus rien n'est envoyé à l'application : {detail}.",
        "Redonnez son adresse (notice_url) quand elle acceptera les notifications ; d'ici là, elle peut lire le flux.",
    ),
    Finding.SPACE_ANSWERS: _well(
        "The space of Cobot lets Accord in: {detail}.", "L'espace Cobot laisse entrer Accord : {detail}."
    ),
    Finding.SPACE_BUSY: _well(
        "The space {detail} was not looked at: Cobot takes few calls a minute, and it is the turn of others.",
        "L'espace {detail} n'a pas été examiné : Cobot accepte peu d'appels par minute, et c'est le tour d'autres.",
    ),
    Finding.SPACE_MISSING: _both(
        "The connection has no space of Cobot yet.",
        "Name it in the settings (cobot.space).",
        "La connexion n'a pas encore d'espace Cobot.",
        "Nommez-le dans les réglages (cobot.space).",
    ),
    Finding.SPACE_NOT_AUTHORISED: _both(
        "Accord may not read the space {detail} yet.",
        "Authorise it through Cobot, as an admin of the space.",
        "Accord ne peut pas encore lire l'espace {detail}.",
        "Autorisez-le dans Cobot, comme administrateur de l'espace.",
    ),
    Finding.SPACE_REFUSED: _both(
        "The space does not let Accord in ({detail}).",
        "Authorise it through Cobot again, as an admin of the space.",
        "L'espace ne laisse pas entrer Accord ({detail}).",
        "Autorisez-le à nouveau dans Cobot, comme administrateur de l'espace.",
    ),
    Finding.SPACE_AWAY: _both(
        "The space {detail} did not answer.",
        "Test again in a minute; if it lasts, look at Cobot's status page.",
        "L'espace {detail} n'a pas répondu.",
        "Testez à nouveau dans une minute ; si cela dure, consultez la page d'état de Cobot.",
    ),
    Finding.NOT_LOOKED_AT: _both(
        "This was not looked at, because something before it does not work.",
        "Mend what stands before it, then test again.",
        "Ceci n'a pas été examiné, car quelque chose ne fonctionne pas avant.",
        "Corrigez ce qui précède, puis testez à nouveau.",
    ),
}
