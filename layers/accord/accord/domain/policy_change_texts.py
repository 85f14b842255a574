"""The words of `policy_changes`: what each value of each setting will do, in English and French."""

from accord.domain.reason_texts import Language


def _both(en: str, fr: str) -> tuple[str, str]:
    return en, fr


_WORDS: dict[tuple[str, str | bool | None], tuple[str, str]] = {
    ("policies.on_leave", "keep"): _both(
        "Members who leave stay in the audience until they unsubscribe; those who left before stay archived.",
        "Les membres qui partent restent dans l'audience jusqu'à leur désinscription ; ceux déjà partis restent "
        "archivés.",
    ),
    ("policies.on_leave", "archive"): _both(
        "The contacts of members who leave are archived, never unsubscribed; those who left before stay as they are "
        "until something of them changes.",
        "Les contacts des membres qui partent sont archivés, jamais désinscrits ; ceux déjà partis restent tels quels "
        "tant que rien ne change.",
    ),
    ("policies.on_cancel", "keep"): _both(
        "Members whose membership is cancelled stay in the audience until they unsubscribe.",
        "Les membres dont l'adhésion est résiliée restent dans l'audience jusqu'à leur désinscription.",
    ),
    ("policies.on_cancel", "archive"): _both(
        "The contacts of members whose membership is cancelled are archived, never unsubscribed.",
        "Les contacts des membres dont l'adhésion est résiliée sont archivés, jamais désinscrits.",
    ),
    ("policies.on_email_change", "move"): _both(
        "A contact whose member changes address gets the new address and keeps its history.",
        "Un contact dont le membre change d'adresse reçoit la nouvelle adresse et garde son historique.",
    ),
    ("policies.on_email_change", "keep_old"): _both(
        "After a change of address the old contact stays, and a new one is added; an opt-out or erasure reaches both.",
        "Après un changement d'adresse, l'ancien contact reste et un nouveau est ajouté ; une désinscription ou un "
        "effacement atteint les deux.",
    ),
    ("policies.opt_in", "single"): _both(
        "An opt-in subscribes new contacts at once; those who are asked to confirm by now still have to.",
        "Un consentement abonne aussitôt les nouveaux contacts ; ceux déjà invités à confirmer le doivent encore.",
    ),
    ("policies.opt_in", "double"): _both(
        "Mailchimp asks every new contact to confirm before anything is sent; those who are subscribed stay so.",
        "Mailchimp demande à chaque nouveau contact de confirmer avant tout envoi ; les abonnés le restent.",
    ),
    ("policies.existing_contacts", "overwrite"): _both(
        "The mapped fields of contacts that were there before are overwritten with what the application says.",
        "Les champs mis en correspondance des contacts déjà présents sont remplacés par ce que dit l'application.",
    ),
    ("policies.existing_contacts", "fill_blanks"): _both(
        "Of contacts that were there before only empty fields are filled.",
        "Pour les contacts déjà présents, seuls les champs vides sont remplis.",
    ),
    ("policies.existing_contacts", "leave"): _both(
        "The fields of contacts that were there before are left alone.",
        "Les champs des contacts déjà présents ne sont pas touchés.",
    ),
    ("policies.sync_mode", "realtime"): _both(
        "Changes are carried to Mailchimp at once.",
        "Les modifications sont portées à Mailchimp aussitôt.",
    ),
    ("policies.sync_mode", "nightly"): _both(
        "Changes are carried to Mailchimp once a day, at night; opt-outs and erasures do not wait.",
        "Les modifications sont portées à Mailchimp une fois par jour, la nuit ; les désinscriptions et effacements "
        "n'attendent pas.",
    ),
    ("policies.profile_changes_upstream", True): _both(
        "The application is told when somebody changes a mapped field in Mailchimp.",
        "L'application est informée quand quelqu'un modifie dans Mailchimp un champ mis en correspondance.",
    ),
    ("policies.profile_changes_upstream", False): _both(
        "What somebody changes in Mailchimp is recorded and shown, and the application is not told.",
        "Ce que quelqu'un modifie dans Mailchimp est noté et affiché, sans que l'application en soit informée.",
    ),
    ("policies.activity_upstream", True): _both(
        "The application is told every week what its members did with campaigns.",
        "L'application apprend chaque semaine ce que ses membres ont fait des campagnes.",
    ),
    ("policies.activity_upstream", False): _both(
        "What members do with campaigns is recorded and shown, and the application is not told.",
        "Ce que les membres font des campagnes est noté et affiché, sans que l'application en soit informée.",
    ),
    ("order_by", "occurred_at"): _both(
        "Changes count in the order of their occurred_at, which each must have from now on.",
        "Les modifications comptent dans l'ordre de leur occurred_at, que chacune doit désormais avoir.",
    ),
    ("order_by", "version"): _both(
        "Changes count in the order of their version, which each must have from now on.",
        "Les modifications comptent dans l'ordre de leur version, que chacune doit désormais avoir.",
    ),
    ("order_by", "received"): _both(
        "Changes count in the order in which they arrive.",
        "Les modifications comptent dans l'ordre de leur arrivée.",
    ),
    ("notice_url", None): _both(
        "Notices are sent nowhere; they can still be read from the feed.",
        "Les notifications ne sont envoyées nulle part ; elles restent lisibles dans le flux.",
    ),
    ("email", None): _both(
        "Nobody is told by email when an import is done.",
        "Personne n'est prévenu par e-mail de la fin d'une importation.",
    ),
}

_KINDS: dict[str, tuple[str, str]] = {
    "name": _both("The connection is shown under this name.", "La connexion est affichée sous ce nom."),
    "preset": _both(
        "All policies and the mapping of the preset are chosen; each is listed here where it changes.",
        "Toutes les règles et la correspondance du préréglage sont choisies ; chacune est listée ici si elle change.",
    ),
    "language": _both(
        "Answers to the application are in this language, unless it asks for another.",
        "Les réponses à l'application sont dans cette langue, sauf si elle en demande une autre.",
    ),
    "time_zone": _both(
        "The audience is reconciled at night there: between three and six o'clock.",
        "L'audience est réconciliée la nuit à cet endroit : entre trois et six heures.",
    ),
    "notice_url": _both("Notices are sent to this address.", "Les notifications sont envoyées à cette adresse."),
    "notices_stopped": _both(
        "Notices are sent again; what happened in between is in the feed.",
        "Les notifications sont à nouveau envoyées ; ce qui s'est passé entre-temps est dans le flux.",
    ),
    "email": _both(
        "This address is told when an import is done.",
        "Cette adresse est prévenue de la fin d'une importation.",
    ),
    "mailchimp_base_url": _both("Mailchimp is called there.", "Mailchimp est appelé à cette adresse."),
    "mailchimp_api_key": _both("Mailchimp is called with the new key.", "Mailchimp est appelé avec la nouvelle clé."),
    "mapping": _both(
        "From the next change of each member on, the field is written to this merge tag; what stands in another one "
        "stays there.",
        "À partir de la prochaine modification de chaque membre, le champ est écrit dans cette étiquette ; ce qui se "
        "trouve dans une autre y reste.",
    ),
    "permissions": _both(
        "From the next change of each member on, what is stated here becomes this marketing permission of contacts "
        "that Accord created; of others it is switched off, and on only after that.",
        "À partir de la prochaine modification de chaque membre, ce qui est déclaré ici devient cette autorisation "
        "marketing des contacts créés par Accord ; pour les autres, elle est retirée, et accordée seulement ensuite.",
    ),
    "cobot": _both(
        "Cobot's memberships are read so from the next change on.",
        "Les adhésions de Cobot sont lues ainsi à partir de la prochaine modification.",
    ),
}

_UNMAPPED = _both(
    "The field is written no more; what stands in Mailchimp stays there.",
    "Le champ n'est plus écrit ; ce qui se trouve dans Mailchimp y reste.",
)

_WITHOUT_PERMISSION = _both(
    "The marketing permission is written no more; contacts keep what they have of it.",
    "L'autorisation marketing n'est plus écrite ; les contacts gardent ce qu'ils en ont.",
)
_LEFT_OUT = {"mapping": _UNMAPPED, "permissions": _WITHOUT_PERMISSION}


def effect_of(field: str, value: str | bool | None, language: Language) -> str:
    """What the setting does from now on."""
    kind = field.partition(".")[0]
    words = _WORDS.get((field, value)) or (_LEFT_OUT.get(kind) if value is None else None) or _KINDS[kind]
    return words[language == "fr"]
