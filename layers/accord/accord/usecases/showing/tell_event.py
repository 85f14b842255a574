"""One event of a member's history, in words."""

from accord.domain.history import Cause, CauseKind, Event, EventKind
from accord.domain.reason_texts import Language, explain

_SENTENCES: dict[EventKind, dict[Language, str]] = {
    "created": {"en": "The contact was created in Mailchimp.", "fr": "Le contact a été créé dans Mailchimp."},
    "updated": {"en": "The contact was updated in Mailchimp.", "fr": "Le contact a été mis à jour dans Mailchimp."},
    "asked_to_confirm": {
        "en": "Mailchimp was told to ask the person to confirm.",
        "fr": "Mailchimp a été chargé de demander une confirmation à la personne.",
    },
    "tagged": {
        "en": "The contact's tags were changed in Mailchimp.",
        "fr": "Les tags du contact ont été modifiés dans Mailchimp.",
    },
    "moved": {
        "en": "The contact got the member's new email address.",
        "fr": "Le contact a reçu la nouvelle adresse e-mail du membre.",
    },
    "followed": {
        "en": "The person had given the contact another email address in Mailchimp; it stands.",
        "fr": "La personne avait donné une autre adresse e-mail au contact dans Mailchimp ; elle reste.",
    },
    "archived": {"en": "The contact was archived.", "fr": "Le contact a été archivé."},
    "unsubscribed": {"en": "The contact was unsubscribed.", "fr": "Le contact a été désabonné."},
    "erased": {"en": "The contact was erased for good.", "fr": "Le contact a été effacé définitivement."},
    "looked_at": {"en": "The contact was read in Mailchimp.", "fr": "Le contact a été lu dans Mailchimp."},
    "heard": {
        "en": "Mailchimp told of the contact, and it was read again.",
        "fr": "Mailchimp a parlé du contact, qui a été relu.",
    },
    "edited": {
        "en": "Somebody changed the contact in Mailchimp: {detail}.",
        "fr": "Quelqu'un a modifié le contact dans Mailchimp : {detail}.",
    },
    "hint_lost": {
        "en": "A message of Mailchimp about the contact could not be used; the next reading will see it.",
        "fr": "Un message de Mailchimp sur le contact n'a pas pu être utilisé ; la prochaine lecture le verra.",
    },
    "fetch_lost": {
        "en": "The application told of the member, who could not be read; the next message or import will show them.",
        "fr": "L'application a parlé du membre, qui n'a pas pu être lu ; le prochain message ou import le montrera.",
    },
    "settled": {"en": "Nothing had to be sent.", "fr": "Rien n'était à envoyer."},
    "superseded": {
        "en": "A change came in that was older than what is known; only its consent counts.",
        "fr": "Une modification plus ancienne que l'état connu est arrivée ; seul son consentement compte.",
    },
    "refused": {"en": "The change could not be carried out.", "fr": "La modification n'a pas pu être faite."},
    "postponed": {"en": "The change waits for another try.", "fr": "La modification attend un nouvel essai."},
    "retried": {"en": "Somebody asked for another try.", "fr": "Quelqu'un a demandé un nouvel essai."},
}

_CAUSES: dict[CauseKind, dict[Language, str]] = {
    CauseKind.CHANGE: {"en": "The application posted a change.", "fr": "L'application a envoyé une modification."},
    CauseKind.FILE: {"en": "A file that was imported says so.", "fr": "Un fichier importé le dit."},
    CauseKind.WEBHOOK: {
        "en": "Mailchimp told of it ({detail}).",
        "fr": "Mailchimp l'a signalé ({detail}).",
    },
    CauseKind.READING: {
        "en": "A reading of the whole audience showed it.",
        "fr": "Une lecture de toute l'audience l'a montré.",
    },
    CauseKind.REPORT: {"en": "The report of a campaign showed it.", "fr": "Le rapport d'une campagne l'a montré."},
    CauseKind.OTHER_MEMBER: {
        "en": "Something happened to the member {detail}, who has, or had, the same address.",
        "fr": "Quelque chose est arrivé au membre {detail}, qui a, ou avait, la même adresse.",
    },
    CauseKind.OPERATOR: {"en": "Somebody asked for it.", "fr": "Quelqu'un l'a demandé."},
    CauseKind.UNDO: {
        "en": "Somebody had the run {detail} undone.",
        "fr": "Quelqu'un a fait annuler l'opération {detail}.",
    },
}


def tell_cause(cause: Cause, language: Language) -> str:
    """Why it was done."""
    return _CAUSES[cause.kind][language].replace("{detail}", cause.detail)


def tell(event: Event, language: Language) -> str:
    """What happened, and why where there is a reason."""
    said = _SENTENCES[event.kind][language].replace("{detail}", event.detail)
    return f"{said} {explain(event.reason, language, event.detail).message}" if event.reason else said
