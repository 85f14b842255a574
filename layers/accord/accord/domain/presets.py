"""The presets: for each product whose job Accord does, its policies and the mapping of its fields (PRODUCTS)."""

from typing import NamedTuple

from accord.domain.connection import (
    RECOMMENDED_MAPPING,
    Departure,
    ExistingContacts,
    OnEmailChange,
    OptIn,
    Policy,
    Preset,
    SyncMode,
)


class PresetSettings(NamedTuple):
    """What a preset chooses. Any of it can be changed singly afterwards."""

    policy: Policy
    mapping: dict[str, str]


_NAMES = {"first_name": "FNAME", "last_name": "LNAME"}

PRESETS: dict[Preset, PresetSettings] = {
    Preset.RECOMMENDED: PresetSettings(Policy(), RECOMMENDED_MAPPING),
    # Members stay until they unsubscribe themselves (C3), an old address stays in the audience (C5), and Mailchimp
    # asks for the second opt-in (C9). The fields of C6, and the day of sign-up that C10 sorts by.
    Preset.COBOT: PresetSettings(
        Policy(
            on_leave=Departure.KEEP,
            on_cancel=Departure.KEEP,
            on_email_change=OnEmailChange.KEEP_OLD,
            opt_in=OptIn.DOUBLE,
        ),
        RECOMMENDED_MAPPING,
    ),
    # One way and at once (A1), over what is there (A2), and archived when deleted in the CRM (A7).
    Preset.ANABA: PresetSettings(
        Policy(on_leave=Departure.ARCHIVE, existing_contacts=ExistingContacts.OVERWRITE),
        {**_NAMES, "address": "ADDRESS", "phone": "PHONE", "fields.company": "COMPANY"},
    ),
    # Once a day, at night (S3); changes in Mailchimp are not written back (S8); the fields of S1.
    Preset.CALENDARSPOTS: PresetSettings(
        Policy(sync_mode=SyncMode.NIGHTLY, profile_changes_upstream=False), {**_NAMES, "birthday": "BIRTHDAY"}
    ),
}
