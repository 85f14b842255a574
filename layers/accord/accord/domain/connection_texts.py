"""Each reason of a connection in words: one sentence that says why, one that says what to do, in both languages."""

from accord.domain.connection_reasons import ConnectionReason
from accord.domain.reason_texts import Language, Text


def explain_connection(code: ConnectionReason, language: Language = "en", detail: str = "") -> Text:
    """The words for a reason. Total: every code has both languages. `{detail}` is what the code leaves open, behind a
    colon; nothing where there is nothing to say."""
    chosen = _TEXTS[code][language]
    colon = " : " if language == "fr" else ": "
    said = detail.strip().removesuffix(".")
    return Text(chosen.message.replace("{detail}", f"{colon}{said}" if said else ""), chosen.next_step)


def _both(en: str, en_next: str, fr: str, fr_next: str) -> dict[Language, Text]:
    return {"en": Text(en, en_next), "fr": Text(fr, fr_next)}


_TEXTS: dict[ConnectionReason, dict[Language, Text]] = {
    ConnectionReason.ACCOUNT_MISSING: _both(
        "The connection has no Mailchimp account yet.",
        "Give it an API key (mailchimp_api_key), or authorise it through Mailchimp.",
        "La connexion n'a pas encore de compte Mailchimp.",
        "Donnez-lui une clé d'API (mailchimp_api_key), ou autorisez-la dans Mailchimp.",
    ),
    ConnectionReason.COBOT_SPACE_MISSING: _both(
        "The connection has no space of Cobot yet.",
        "Name it in the settings (cobot.space), and the field with which members agree (cobot.consent_field).",
        "La connexion n'a pas encore d'espace Cobot.",
        "Nommez-le dans les réglages (cobot.space), avec le champ par lequel les membres consentent "
        "(cobot.consent_field).",
    ),
    ConnectionReason.COBOT_NOT_AUTHORISED: _both(
        "Accord may not read the space of Cobot yet.",
        "Authorise it through Cobot, as an admin of the space.",
        "Accord ne peut pas encore lire l'espace Cobot.",
        "Autorisez-le dans Cobot, comme administrateur de l'espace.",
    ),
    ConnectionReason.AUDIENCE_MISSING: _both(
        "No audience is chosen yet.",
        "List the audiences of the account and choose one, or create one.",
        "Aucune audience n'est encore choisie.",
        "Affichez les audiences du compte et choisissez-en une, ou créez-en une.",
    ),
    ConnectionReason.FIELDS_CLASH: _both(
        "The mapping does not fit the fields of the audience{detail}.",
        "Map these fields to others, or leave them out; then test the connection again.",
        "La correspondance ne convient pas aux champs de l'audience{detail}.",
        "Faites correspondre d'autres champs, ou retirez ceux-ci ; puis testez la connexion à nouveau.",
    ),
    ConnectionReason.CHECK_FAILED: _both(
        "The last test found something that does not work{detail}.",
        "Read the checks, mend what they name, then test the connection again.",
        "Le dernier test a trouvé quelque chose qui ne fonctionne pas{detail}.",
        "Lisez les vérifications, corrigez ce qu'elles nomment, puis testez la connexion à nouveau.",
    ),
    ConnectionReason.READY_TO_CHECK: _both(
        "Account and audience are chosen, and have not been tested together.",
        "Test the connection.",
        "Le compte et l'audience sont choisis, et n'ont pas été testés ensemble.",
        "Testez la connexion.",
    ),
    ConnectionReason.AUDIENCE_BEING_READ: _both(
        "All checks passed; the audience is being read. Nothing is written to it.",
        "Wait for the summary of what the first import would do.",
        "Toutes les vérifications ont réussi ; l'audience est en cours de lecture. Rien n'y est écrit.",
        "Attendez le résumé de ce que ferait la première importation.",
    ),
    ConnectionReason.SUMMARY_READY: _both(
        "The audience is read, and what the first import would do is summed up. Nothing has been written to it.",
        "Read the summary and approve it.",
        "L'audience est lue, et ce que ferait la première importation est résumé. Rien n'y a été écrit.",
        "Lisez le résumé et approuvez-le.",
    ),
    ConnectionReason.IN_OPERATION: _both(
        "The connection works.",
        "Nothing to do.",
        "La connexion fonctionne.",
        "Rien à faire.",
    ),
    ConnectionReason.PAUSED_BY_OPERATOR: _both(
        "An operator paused the connection{detail}. Changes wait; opt-outs and erasures do not.",
        "Resume the connection when it may go on.",
        "Un opérateur a mis la connexion en pause{detail}. Les modifications attendent, pas les désinscriptions ni les "
        "effacements.",
        "Reprenez la connexion quand elle peut continuer.",
    ),
    ConnectionReason.AUDIENCE_GONE: _both(
        "The audience is gone or out of reach, so the connection paused itself{detail}. Everything is kept and waits.",
        "Bring the audience back, and the connection goes on by itself; or choose another audience.",
        "L'audience a disparu ou est hors d'atteinte, et la connexion s'est mise en pause{detail}. Tout est conservé "
        "et attend.",
        "Rétablissez l'audience, et la connexion continue d'elle-même ; ou choisissez une autre audience.",
    ),
    ConnectionReason.ACCOUNT_REFUSED: _both(
        "Mailchimp does not accept the key or the authorisation any more{detail}. Everything is kept and waits.",
        "Give it another API key (mailchimp_api_key), or authorise it through Mailchimp again; it goes on by itself.",
        "Mailchimp n'accepte plus la clé ou l'autorisation{detail}. Tout est conservé et attend.",
        "Donnez-lui une autre clé d'API (mailchimp_api_key), ou autorisez-la à nouveau dans Mailchimp ; elle continue "
        "d'elle-même.",
    ),
    ConnectionReason.REFUSED_BY_MAILCHIMP: _both(
        "Mailchimp refuses the connection's calls{detail}. Everything is kept and waits.",
        "Mend what the reason names; the connection goes on by itself as soon as Mailchimp answers again.",
        "Mailchimp refuse les appels de la connexion{detail}. Tout est conservé et attend.",
        "Corrigez ce que la raison nomme ; la connexion continue d'elle-même dès que Mailchimp répond à nouveau.",
    ),
    ConnectionReason.DISCONNECTED_BY_OPERATOR: _both(
        "An operator disconnected the connection{detail}. Nothing goes either way; opt-outs stay remembered.",
        "Reconnect it to begin anew.",
        "Un opérateur a déconnecté la connexion{detail}. Plus rien ne passe ; les désinscriptions restent en mémoire.",
        "Reconnectez-la pour recommencer.",
    ),
    ConnectionReason.DISCONNECTED_STILL_TOLD: _both(
        "An operator disconnected the connection{detail}. Nothing goes either way; but Cobot did not take that it is "
        "to tell nothing more. What it tells is not heard.",
        "Remove Accord from the space in Cobot, or let it be: Cobot gives up within a day.",
        "Un opérateur a déconnecté la connexion{detail}. Plus rien ne passe ; mais Cobot n'a pas accepté de ne plus "
        "rien transmettre. Ce qu'il transmet n'est pas entendu.",
        "Retirez Accord de l'espace dans Cobot, ou ne faites rien : Cobot renonce en moins d'un jour.",
    ),
}
