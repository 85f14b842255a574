"""Each reason in words: one sentence that says why, one that says what to do, in English and in French."""

from typing import Literal, NamedTuple

from accord.domain.reasons import ReasonCode

Language = Literal["en", "fr"]


class Text(NamedTuple):
    """`{detail}` stands for a name that is no personal data: of a field, of a group; or for a member id."""

    message: str
    next_step: str


def explain(code: ReasonCode, language: Language = "en", detail: str = "") -> Text:
    """The words for a reason. Total: every code has both languages."""
    chosen = _TEXTS[code][language]
    return Text(chosen.message.replace("{detail}", detail), chosen.next_step.replace("{detail}", detail))


def _both(en: str, en_next: str, fr: str, fr_next: str) -> dict[Language, Text]:
    return {"en": Text(en, en_next), "fr": Text(fr, fr_next)}


_TEXTS: dict[ReasonCode, dict[Language, Text]] = {
    ReasonCode.QUEUED: _both(
        "The latest change has been accepted and waits to be carried to Mailchimp.",
        "Wait: this usually takes seconds.",
        "La dernière modification a été acceptée et attend d'être portée à Mailchimp.",
        "Patientez : cela prend en général quelques secondes.",
    ),
    ReasonCode.RETRYING: _both(
        "Mailchimp could not be reached or did not answer clearly; the change is tried again by itself.",
        "Wait. If it lasts for hours, look at Mailchimp's status page.",
        "Mailchimp était injoignable ou n'a pas répondu clairement ; la modification est retentée d'elle-même.",
        "Patientez. Si cela dure des heures, consultez la page d'état de Mailchimp.",
    ),
    ReasonCode.IN_BATCH: _both(
        "Mailchimp works off a batch of many changes: this one is in it, or comes after it.",
        "Wait: this takes minutes, rarely hours. Who opts out or is erased does not wait; an erasure is certified "
        "after the batch.",
        "Mailchimp traite un lot de nombreuses modifications : celle-ci en fait partie, ou vient après.",
        "Patientez : cela prend des minutes, rarement des heures. Un refus ou un effacement n'attend pas ; "
        "l'effacement est certifié après le lot.",
    ),
    ReasonCode.AWAITING_APPROVAL: _both(
        "The connection is not approved yet; the change is kept, and nothing is written to the audience.",
        "Read what the connection lacks, or its summary, and approve it.",
        "La connexion n'est pas encore approuvée ; la modification est conservée, et rien n'est écrit dans l'audience.",
        "Lisez ce qui manque à la connexion, ou son résumé, et approuvez-la.",
    ),
    ReasonCode.CONNECTION_PAUSED: _both(
        "The connection is paused, broken or disconnected; the change is kept and waits.",
        "Read the connection's reason, mend it and resume the connection.",
        "La connexion est en pause, rompue ou déconnectée ; la modification est conservée et attend.",
        "Lisez la raison indiquée sur la connexion, corrigez-la et reprenez la connexion.",
    ),
    ReasonCode.WAITING_FOR_NIGHT: _both(
        "The change is carried with the others of the day, in the night: the connection is synchronised once a day.",
        "Nothing to do; to have it carried at once, retry the member, or set sync_mode to realtime.",
        "La modification sera portée avec les autres de la journée, la nuit : la connexion est synchronisée une fois "
        "par jour.",
        "Rien à faire ; pour qu'elle soit portée aussitôt, relancez le membre ou passez sync_mode à realtime.",
    ),
    ReasonCode.SIGNUP_THROTTLED: _both(
        "Mailchimp refuses this address for now because it was signed up to many lists lately.",
        "Wait: it is tried again later.",
        "Mailchimp refuse cette adresse pour l'instant, car elle a été inscrite à beaucoup de listes récemment.",
        "Patientez : un nouvel essai suivra.",
    ),
    ReasonCode.IN_AGREEMENT: _both(
        "The contact in Mailchimp is as the application last said.",
        "Nothing to do.",
        "Le contact dans Mailchimp correspond à ce que l'application a dit en dernier.",
        "Rien à faire.",
    ),
    ReasonCode.UNDONE: _both(
        "An operator had a run undone: the contact is as it was before, and not as the application last said.",
        "Nothing to do: the next change of the member in your application counts again. "
        "To take the undo back, undo its run.",
        "Un opérateur a fait annuler une opération : le contact est comme avant, et non comme l'application l'a dit "
        "en dernier.",
        "Rien à faire : la prochaine modification du membre dans votre application comptera à nouveau. "
        "Pour revenir sur l'annulation, annulez l'opération qui l'a faite.",
    ),
    ReasonCode.LEFT_KEPT: _both(
        "The member has left; by the connection's policy the contact stays in the audience.",
        "Nothing to do.",
        "Le membre est parti ; selon la règle de la connexion, le contact reste dans l'audience.",
        "Rien à faire.",
    ),
    ReasonCode.NO_CONSENT: _both(
        "The member never agreed to receive the newsletter.",
        "Ask for their consent in your application and send it with the member.",
        "Le membre n'a jamais accepté de recevoir la newsletter.",
        "Demandez son consentement dans votre application et envoyez-le avec le membre.",
    ),
    ReasonCode.NO_EMAIL: _both(
        "The member has no email address.",
        "Add an email address in your application.",
        "Le membre n'a pas d'adresse e-mail.",
        "Ajoutez une adresse e-mail dans votre application.",
    ),
    ReasonCode.PROFILE_NEEDED: _both(
        "The member may be in the audience now, but no profile was kept while they were excluded.",
        "Post the member again.",
        "Le membre peut maintenant être dans l'audience, mais aucun profil n'a été conservé pendant son exclusion.",
        "Envoyez le membre à nouveau.",
    ),
    ReasonCode.OPTED_OUT: _both(
        "The member declined the newsletter and was never in the audience.",
        "Only a newer consent of the member changes this.",
        "Le membre a refusé la newsletter et n'a jamais été dans l'audience.",
        "Seul un consentement plus récent du membre peut changer cela.",
    ),
    ReasonCode.ADDRESS_ERASED: _both(
        "This address was erased on request, and the consent sent with it is older than the erasure.",
        "Only a consent given after the erasure can bring the address back.",
        "Cette adresse a été effacée sur demande, et le consentement envoyé est antérieur à l'effacement.",
        "Seul un consentement donné après l'effacement peut ramener cette adresse.",
    ),
    ReasonCode.UNSUBSCRIBED_UPSTREAM: _both(
        "The member withdrew their consent in the application; nothing is sent to them.",
        "Only a newer consent of the member changes this.",
        "Le membre a retiré son consentement dans l'application ; rien ne lui est envoyé.",
        "Seul un consentement plus récent du membre peut changer cela.",
    ),
    ReasonCode.UNSUBSCRIBED_IN_MAILCHIMP: _both(
        "The contact unsubscribed in Mailchimp, or was found unsubscribed there.",
        "If the member agrees anew, send that newer consent: they are then asked once to confirm it.",
        "Le contact s'est désabonné dans Mailchimp, ou y a été trouvé désabonné.",
        "Si le membre consent à nouveau, envoyez ce consentement : une confirmation lui sera alors demandée une fois.",
    ),
    ReasonCode.OPTED_OUT_BY_OTHER_HOLDER: _both(
        "Another member with the same address opted out, so the address is not mailed.",
        "Give the members different addresses, or obtain a newer consent from the one who opted out.",
        "Un autre membre ayant la même adresse a refusé la newsletter ; l'adresse ne reçoit donc rien.",
        "Donnez des adresses différentes aux membres, ou obtenez un nouveau consentement de celui qui a refusé.",
    ),
    ReasonCode.NOT_CONFIRMED: _both(
        "The person was asked once to confirm and has not done so.",
        "Show them the audience's sign-up form, or send a newer consent.",
        "La personne a été invitée une fois à confirmer et ne l'a pas fait.",
        "Montrez-lui le formulaire d'inscription de l'audience, ou envoyez un consentement plus récent.",
    ),
    ReasonCode.CONFIRMATION_SENT: _both(
        "Mailchimp has asked the person to confirm; nothing is sent until they do.",
        "Wait for the person to confirm.",
        "Mailchimp a demandé à la personne de confirmer ; rien n'est envoyé avant cela.",
        "Attendez que la personne confirme.",
    ),
    ReasonCode.RECONFIRMATION_APPROVED: _both(
        "An operator approved that the person is asked whether they still want the newsletter.",
        "Wait: they are asked as soon as it is their turn.",
        "Un opérateur a approuvé que l'on demande à la personne si elle souhaite toujours la newsletter.",
        "Patientez : la demande part dès que vient son tour.",
    ),
    ReasonCode.RECONFIRMATION_SENT: _both(
        "An operator had the person asked to confirm that they want the newsletter; nothing is sent until they do.",
        "Wait for the person to confirm.",
        "Un opérateur a fait demander à la personne de confirmer qu'elle souhaite la newsletter ; "
        "rien n'est envoyé avant cela.",
        "Attendez que la personne confirme.",
    ),
    ReasonCode.COMPLIANCE: _both(
        "Mailchimp holds the contact in a compliance state, after an unsubscribe, a bounce or a review.",
        "Show the person the audience's sign-up form, or send a newer consent: they are then asked once to confirm.",
        "Mailchimp tient le contact en état de conformité, après un désabonnement, un rejet ou un examen.",
        "Montrez à la personne le formulaire d'inscription, ou envoyez un consentement plus récent : "
        "une confirmation lui sera demandée une fois.",
    ),
    ReasonCode.HARD_BOUNCE: _both(
        "Mail to this address bounced; Mailchimp sends nothing to it.",
        "Correct the address in your application.",
        "Le courrier à cette adresse a été rejeté ; Mailchimp ne lui envoie plus rien.",
        "Corrigez l'adresse dans votre application.",
    ),
    ReasonCode.COMPLAINED: _both(
        "The person reported the newsletter as abuse.",
        "Only the audience's sign-up form, filled in by the person, brings them back.",
        "La personne a signalé la newsletter comme abusive.",
        "Seul le formulaire d'inscription, rempli par la personne, peut la ramener.",
    ),
    ReasonCode.LEFT: _both(
        "The member has left, and has no contact of their own in the audience any more.",
        "Nothing to do. A member who returns is added again if they agree.",
        "Le membre est parti, et n'a plus de contact à lui dans l'audience.",
        "Rien à faire. Un membre qui revient est ajouté à nouveau s'il y consent.",
    ),
    ReasonCode.CANCELLED: _both(
        "The membership is cancelled; by the connection's policy the contact is archived.",
        "Nothing to do.",
        "L'adhésion est résiliée ; selon la règle de la connexion, le contact est archivé.",
        "Rien à faire.",
    ),
    ReasonCode.ARCHIVED_BY_STAFF: _both(
        "Somebody archived the contact in Mailchimp.",
        "Bring the contact back in Mailchimp if it should be mailed.",
        "Quelqu'un a archivé le contact dans Mailchimp.",
        "Désarchivez le contact dans Mailchimp s'il doit recevoir la newsletter.",
    ),
    ReasonCode.PERMANENTLY_DELETED: _both(
        "The contact was permanently deleted in Mailchimp, which refuses to take it back through its API.",
        "Only the audience's sign-up form, filled in by the person, brings them back.",
        "Le contact a été supprimé définitivement dans Mailchimp, qui refuse de le reprendre par son API.",
        "Seul le formulaire d'inscription, rempli par la personne, peut la ramener.",
    ),
    ReasonCode.ERASURE: _both(
        "The person was erased on request.",
        "Nothing to do.",
        "La personne a été effacée sur demande.",
        "Rien à faire.",
    ),
    ReasonCode.SHARED_WITH: _both(
        "The member {detail} has the same address, and the contact is theirs: their status says how it stands.",
        "Nothing to do, or give the members different addresses.",
        "Le membre {detail} a la même adresse, et le contact est le sien : son statut dit où il en est.",
        "Rien à faire, ou donnez des adresses différentes aux membres.",
    ),
    ReasonCode.ADDRESS_SHARED_BY_TOO_MANY: _both(
        "More than fifty members have this address.",
        "Give the members addresses of their own, then retry.",
        "Plus de cinquante membres ont cette adresse.",
        "Donnez aux membres leurs propres adresses, puis réessayez.",
    ),
    ReasonCode.FIELD_INVALID: _both(
        "The value of the field {detail} can not be sent: it does not fit the type of the audience's field.",
        "Correct {detail} in your application, or change the mapping, then retry.",
        "La valeur du champ {detail} ne peut pas être envoyée : elle ne convient pas au type du champ de l'audience.",
        "Corrigez {detail} dans votre application, ou changez la correspondance, puis réessayez.",
    ),
    ReasonCode.EMAIL_REFUSED: _both(
        "Mailchimp refuses the email address as fake or invalid.",
        "Correct the address in your application.",
        "Mailchimp refuse l'adresse e-mail comme fausse ou invalide.",
        "Corrigez l'adresse dans votre application.",
    ),
    ReasonCode.REFUSED_BY_MAILCHIMP: _both(
        "Mailchimp refused the change: {detail}.",
        "Correct the member in your application, or retry once the cause is gone.",
        "Mailchimp a refusé la modification : {detail}.",
        "Corrigez le membre dans votre application, ou réessayez une fois la cause écartée.",
    ),
    ReasonCode.INTERNAL_ERROR: _both(
        "Accord met an error of its own with this member; the logs name it.",
        "Report it, then retry.",
        "Accord a rencontré une erreur interne avec ce membre ; les journaux la nomment.",
        "Signalez-la, puis réessayez.",
    ),
    ReasonCode.DEAD_LETTER: _both(
        "The change could not be processed after several receives and was set aside; it is kept.",
        "Look at the logs, then retry.",
        "La modification n'a pas pu être traitée après plusieurs essais et a été mise de côté ; elle est conservée.",
        "Consultez les journaux, puis réessayez.",
    ),
    ReasonCode.NOT_KNOWN: _both(
        "Accord has not heard of this member.",
        "Send the member, or wait a moment if you just did.",
        "Accord n'a pas entendu parler de ce membre.",
        "Envoyez le membre, ou patientez un instant si vous venez de le faire.",
    ),
}
