"""The email that says that people wrote: how many, without a name of anybody (PRODUCTS I5)."""

from accord.domain.connection import Connection
from accord.domain.reason_texts import Language

_SUBJECTS: dict[Language, str] = {
    "en": "Accord: new messages and answers for {name}",
    "fr": "Accord : nouveaux messages et nouvelles réponses pour {name}",
}
_TEXTS: dict[Language, str] = {
    "en": "{count} new messages and survey answers of members of {name} were found in Mailchimp.\n\n"
    "Messages are read and answered in Mailchimp's Inbox; answers stand with each member:\n"
    "accord activity show {id} --kind inbox_thread --kind survey_response\n",
    "fr": "{count} nouveaux messages et réponses aux enquêtes de membres de {name} sont arrivés dans Mailchimp.\n\n"
    "Les messages se lisent dans la boîte de réception de Mailchimp ; les réponses figurent auprès de chaque membre :\n"
    "accord activity show {id} --kind inbox_thread --kind survey_response\n",
}


def told_inbox(connection: Connection, count: int) -> tuple[str, str]:
    """Subject and text, in the connection's language."""
    language, name = connection.language, connection.name or connection.id
    text = _TEXTS[language].format(count=count, name=name, id=connection.id)
    return _SUBJECTS[language].format(name=name), text
