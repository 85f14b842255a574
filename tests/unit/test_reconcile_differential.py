"""After one night the audience is what an obvious reference says of it; a second night finds nothing (P07, P17)."""

from collections.abc import Sequence

from hypothesis import given, settings

from accord.domain.address import Address
from accord.domain.connection import Policy
from tests.builders import key_of
from tests.unit.differential_reference import holds
from tests.unit.differential_steps import EMAILS, Step, histories, policies
from tests.unit.differential_world import World

LEARNT = {"mark", "seen_at", "revision", "contact_id", "subscriber_hash", "edited", "edited_at"}
"""What a night may learn of contacts that the night before wrote to: how they look, and under which id."""

NOTHING = {"contacts", "not_ours", "heard"}
"""What a night counts that finds nothing new."""
NOT_RESTORED = {"fields_changed", "tags_removed", "groups_left", "language_changed"}
"""What is counted once more, and left, where the first night wrote to a contact whose other changes are not Accord's
to undo: of who left or opted out, or of a contact of others whose fields stay theirs."""


def played(policy: Policy, steps: Sequence[Step]) -> World:
    world = World(policy)
    for step in steps:
        step.play(world)
        world.scene.pass_(60)
    world.quiet()
    return world


def known(world: World) -> dict[str, Address]:
    addresses = world.scene.ledger.stored_addresses
    return {email: addresses.get(("audience1", key_of(email)), Address(key=key_of(email))) for email in EMAILS}


def bare(address: Address) -> dict[str, object]:
    return address.model_dump(exclude=LEARNT)


@settings(max_examples=settings().max_examples // 10)
@given(policies, histories)
def test_p07_p17_after_one_night_both_sides_agree_and_a_second_one_finds_nothing(
    policy: Policy, steps: list[Step]
) -> None:
    world = played(policy, steps)

    world.night()

    holds(world)
    for email, address in known(world).items():
        contact = world.audience.of(email)
        assert address.seen is (contact.status if contact is not None else None), f"{email} is not as it is known"
    nothing_is_left_to_do(world)


def nothing_is_left_to_do(world: World) -> None:
    """The second night only learns how the contacts look that the first one wrote to; the third not even that."""
    ledger = world.scene.ledger
    people = {hash_: person.contact for hash_, person in world.audience.people.items()}
    for turn in (2, 3):
        addresses, records = dict(ledger.stored_addresses), dict(ledger.stored_records)
        before = known(world)
        world.audience.calls.clear()

        run = world.night()

        assert world.audience.calls == ["page", "page"], f"night {turn} calls for more than pages"
        found = run.counts.keys() - NOTHING - (NOT_RESTORED if turn == 2 else set())
        assert not found, f"night {turn} finds something"
        assert ledger.stored_records == records, f"night {turn} decides somebody anew"
        assert {hash_: person.contact for hash_, person in world.audience.people.items()} == people
        if turn == 3:
            assert ledger.stored_addresses == addresses, "the third night writes"
        else:
            assert {e: bare(a) for e, a in known(world).items()} == {e: bare(a) for e, a in before.items()}
