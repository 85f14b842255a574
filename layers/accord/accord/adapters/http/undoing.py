"""Why something of a run is not put back, in words."""

from accord.domain.inverse import NotUndone, WhyNot
from accord.domain.reason_texts import Language

_WHY_NOT: dict[WhyNot, dict[Language, str]] = {
    WhyNot.UNSUBSCRIBED: {
        "en": "The run carried an opt-out: that has no inverse. Only a newer consent of the member changes it.",
        "fr": "L'opération a transmis un refus : il n'y a pas de retour. Seul un consentement plus récent du membre "
        "peut changer cela.",
    },
    WhyNot.ERASED: {
        "en": "The person was erased on request: that has no inverse, and nothing of them is kept.",
        "fr": "La personne a été effacée sur demande : il n'y a pas de retour, et rien d'elle n'est conservé.",
    },
    WhyNot.STATUS: {
        "en": "The run changed the contact's status, by a consent or to ask for a confirmation: a status is not put "
        "back.",
        "fr": "L'opération a changé le statut du contact, selon un consentement ou pour demander une confirmation : "
        "un statut n'est pas rétabli.",
    },
    WhyNot.OPTED_OUT: {
        "en": "The person opted out, or mail to them bounced: nothing of theirs is touched.",
        "fr": "La personne a refusé la newsletter, ou le courrier a été rejeté : rien d'elle n'est touché.",
    },
    WhyNot.NOT_ALLOWED: {
        "en": "What is known of the person's consent does not allow it now.",
        "fr": "Ce que l'on sait du consentement de la personne ne le permet pas à présent.",
    },
    WhyNot.CHANGED_SINCE: {
        "en": "It was changed in Mailchimp after the run, and stays as it is.",
        "fr": "Cela a été modifié dans Mailchimp après l'opération, et reste ainsi.",
    },
    WhyNot.CHANGED_UPSTREAM: {
        "en": "The application said something new of the member after the run: that counts.",
        "fr": "L'application a dit du nouveau sur le membre après l'opération : c'est cela qui compte.",
    },
    WhyNot.GONE: {
        "en": "The contact is not in the audience any more.",
        "fr": "Le contact n'est plus dans l'audience.",
    },
    WhyNot.BUSY: {
        "en": "Something else waits to be written for this member: plan the undo again in a while.",
        "fr": "Autre chose attend d'être écrit pour ce membre : planifiez l'annulation à nouveau un peu plus tard.",
    },
    WhyNot.SHARED: {
        "en": "Another member has the same address.",
        "fr": "Un autre membre a la même adresse.",
    },
    WhyNot.NOT_OURS: {
        "en": "The contact is none that Accord made or took over.",
        "fr": "Le contact n'a été ni créé ni repris par Accord.",
    },
    WhyNot.ADDRESS_TAKEN: {
        "en": "The address that the contact had is not free any more, or may not be mailed.",
        "fr": "L'adresse que le contact avait n'est plus libre, ou ne doit plus recevoir de courrier.",
    },
    WhyNot.PENDING: {
        "en": "The person was asked to confirm; Mailchimp does not archive a contact until they do.",
        "fr": "Une confirmation a été demandée à la personne ; Mailchimp n'archive pas le contact avant cela.",
    },
    WhyNot.PERMISSION: {
        "en": "Only the person switches a marketing permission on.",
        "fr": "Seule la personne peut donner une autorisation marketing.",
    },
    WhyNot.NEVER_EMPTY: {
        "en": "The contact had no language; Mailchimp changes one, and does not take it away.",
        "fr": "Le contact n'avait pas de langue ; Mailchimp en change une, sans pouvoir l'enlever.",
    },
    WhyNot.UNKNOWN: {
        "en": "What was there before was not seen.",
        "fr": "Ce qu'il y avait avant n'a pas été vu.",
    },
}


def shown_not_undone(part: NotUndone, language: Language) -> dict[str, str]:
    """What stays, as a code and in a sentence."""
    return {"what": part.what, "code": part.why.value, "message": _WHY_NOT[part.why][language]}
