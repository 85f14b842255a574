"""What somebody did with a campaign, in words; and what an open does not mean."""

from accord.domain.activity import Activity, ActivityKind
from accord.domain.reason_texts import Language
from accord.usecases.showing.tell_event import tell

OPENS: dict[Language, str] = {
    "en": "An open is no proof that a person read the mail: Apple's Mail Privacy Protection, and some other programs, "
    "load all pictures by themselves. And whoever loads none is never counted.",
    "fr": "Une ouverture ne prouve pas que le message a été lu : la protection de la confidentialité de Mail (Apple), "
    "et d'autres programmes, chargent eux-mêmes toutes les images. Et qui n'en charge aucune n'est jamais compté.",
}
_SENTENCES: dict[ActivityKind, dict[Language, str]] = {
    ActivityKind.SENT: {"en": "“{subject}” was sent to them.", "fr": "« {subject} » leur a été envoyé."},
    ActivityKind.OPENED: {
        "en": "They, or their mail program, opened “{subject}”.",
        "fr": "La personne, ou son programme, a ouvert « {subject} ».",
    },
    ActivityKind.CLICKED: {"en": "They clicked a link in “{subject}”.", "fr": "Un lien de « {subject} » a été cliqué."},
    ActivityKind.BOUNCED: {
        "en": "“{subject}” could not be delivered ({detail}).",
        "fr": "« {subject} » n'a pas pu être remis ({detail}).",
    },
    ActivityKind.UNSUBSCRIBED: {
        "en": "They unsubscribed with “{subject}”.",
        "fr": "La personne s'est désabonnée avec « {subject} ».",
    },
    ActivityKind.COMPLAINED: {
        "en": "They reported “{subject}” as spam.",
        "fr": "La personne a signalé « {subject} » comme indésirable.",
    },
    ActivityKind.INBOX_THREAD: {
        "en": "A message of the conversation “{subject}” is in Mailchimp's Inbox.",
        "fr": "Un message de la conversation « {subject} » est dans la boîte de réception de Mailchimp.",
    },
    ActivityKind.SURVEY_RESPONSE: {
        "en": "They answered the survey “{subject}”.",
        "fr": "La personne a répondu à l'enquête « {subject} ».",
    },
}
_BOUNCES: dict[Language, dict[str, str]] = {
    "en": {"hard": "for good", "soft": "for now"},
    "fr": {"hard": "définitivement", "soft": "provisoirement"},
}


def tell_activity(event: Activity, subject: str, language: Language) -> str:
    """What happened, in words; the subject is the campaign's."""
    if event.change is not None:
        return tell(event.change, language)
    said = _SENTENCES[event.kind][language]
    if event.kind is ActivityKind.BOUNCED:
        said = said.replace("{detail}", _BOUNCES[language].get(event.detail, event.detail or "?"))
    return said.replace("{subject}", event.subject or subject or event.campaign_id)
