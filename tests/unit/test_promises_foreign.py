"""What Accord did not make is not its own to change: stories that once went wrong."""

import pytest

from accord.domain.connection import ExistingContacts
from tests.builders import NOON, a_connection, a_member, a_policy, minutes, upserted
from tests.scene import Scene

POND, LAKE = "toad@pond.test", "toad@lake.test"


@pytest.mark.parametrize(
    ("existing", "fields"),
    [
        ("overwrite", {"FNAME": "Tom", "PLAN": "Day"}),
        ("fill_blanks", {"FNAME": "Mr Toad", "PLAN": "Day"}),
        ("leave", {"FNAME": "Mr Toad"}),
    ],
)
def test_an_adopted_contact_is_moved_within_what_its_policy_leaves_to_accord(
    existing: ExistingContacts, fields: dict[str, str]
) -> None:
    scene = Scene(a_connection(policy=a_policy(existing_contacts=existing)))
    scene.audience.add(POND, merge_fields={"FNAME": "Mr Toad"}, tags=("by staff",))
    scene.post(upserted(a_member(POND, first_name="Tom")))
    scene.clock.pass_(60)
    scene.post(upserted(a_member(LAKE, first_name="Tom", plan="Day"), at=NOON + minutes(1)))
    contact = scene.audience.of(LAKE)
    assert scene.audience.of(POND) is None
    assert contact is not None
    assert contact.merge_fields == fields
    assert contact.tags == ("by staff",)


def test_the_groups_that_accord_chose_are_remembered_through_a_move_that_leaves_the_fields() -> None:
    scene = Scene(a_connection(policy=a_policy(existing_contacts="fill_blanks")))
    scene.audience.add(POND, merge_fields={"FNAME": "Mr Toad"})
    scene.post(upserted(a_member(POND, groups={"Interests": ("Gardening",)})))
    scene.clock.pass_(60)
    scene.post(upserted(a_member(LAKE), at=NOON + minutes(1)))
    contact = scene.audience.of(LAKE)
    assert contact is not None
    assert contact.interests == {"i-garden": False}
