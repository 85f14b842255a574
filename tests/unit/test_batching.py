"""What a claim remembers of an update in a batch, and what may go there or overtake it: properties."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from accord.domain import batching, claiming, outcome
from accord.domain.actions import Archive, Create, Erase, Reconfirm, Tag, Unsubscribe, Update
from accord.domain.address import Address, Origin
from accord.domain.contact import Contact, ContactPatch, ContactStatus, NewContact, TagChange
from tests.builders import NOON, minutes

KEY = "key"
UNTIL = NOON + timedelta(hours=2)
tags = st.sampled_from(("FNAME", "LNAME", "PLAN", "PHONE"))
values = st.sampled_from(("", "Bat", "Night", "1"))
patches = st.builds(
    ContactPatch,
    status=st.sampled_from((None, None, *ContactStatus)),
    email=st.sampled_from((None, None, "bat@cave.test")),
    merge_fields=st.dictionaries(tags, values),
    interests=st.dictionaries(st.sampled_from(("i-1", "i-2")), st.booleans()),
    language=st.sampled_from(("", "fr")),
    permissions=st.dictionaries(st.sampled_from(("p-1", "p-2")), st.booleans()),
)
plain = st.builds(
    ContactPatch,
    merge_fields=st.dictionaries(tags, values, min_size=1),
    interests=st.dictionaries(st.sampled_from(("i-1", "i-2")), st.booleans()),
    language=st.sampled_from(("", "fr")),
    permissions=st.dictionaries(st.sampled_from(("p-1", "p-2")), st.booleans()),
)


def updates_of(patches: st.SearchStrategy[ContactPatch]) -> st.SearchStrategy[Update]:
    digests, left = st.sampled_from(("d1", "d2")), st.lists(tags, max_size=2).map(tuple)
    return st.builds(Update, st.just(KEY), patches, digests, left)


updates, batched_updates = updates_of(patches), updates_of(plain)
addresses = st.builds(
    Address,
    key=st.just(KEY),
    subscriber_hash=st.just("hash"),
    seen=st.just(ContactStatus.SUBSCRIBED),
    origin=st.sampled_from((None, *Origin)),
    digest=st.sampled_from((None, "d1", "d2")),
    written=st.dictionaries(tags, st.sampled_from(("x", "y"))),
    interests=st.sampled_from(((), ("i-1",))),
    language=st.sampled_from(("", "de")),
)


@given(batched_updates)
def test_whatever_has_fields_alone_may_go_into_one(update: Update) -> None:
    assert batching.may_go(update)


@given(updates)
def test_nothing_with_a_status_or_an_address_goes_into_a_batch(update: Update) -> None:
    assert not batching.may_go(update) or (update.patch.status is None and update.patch.email is None)


def test_only_updates_go_into_a_batch() -> None:
    new, patch = NewContact(email="bat@cave.test", status=ContactStatus.SUBSCRIBED), ContactPatch(merge_fields={"A": 1})
    others = (
        Create(KEY, new, "d"),
        Reconfirm(KEY, patch, "d", NOON),
        Tag(KEY, new.email, TagChange(add=("x",))),
        Archive(KEY),
        Unsubscribe(KEY),
        Erase(KEY),
    )
    assert not any(batching.may_go(action) for action in others)


@given(addresses, batched_updates, st.sampled_from(ContactStatus))
def test_a_result_leaves_the_address_as_a_single_answer_does(
    before: Address, update: Update, status: ContactStatus
) -> None:
    contact = Contact(
        email="bat@cave.test",
        status=status,
        subscriber_hash="hash",
        merge_fields={"FNAME": "", "LNAME": "", "PLAN": "", "PHONE": ""} | update.patch.merge_fields,
        language=update.patch.language or "en",
    )
    spans = (NOON, NOON + minutes(2)), (NOON, UNTIL)
    single, batched = (claiming.claimed(before, update, "t", span, before, in_batch=span is spans[1]) for span in spans)
    remembered = batching.update_of(batching.named(batched, "b-1"), contact)
    assert remembered is not None
    answered = outcome.patched(single, update, contact, NOON), outcome.patched(batched, remembered, contact, NOON)
    assert answered[0] == answered[1]


@given(addresses, batched_updates)
def test_a_claim_remembers_no_value(before: Address, update: Update) -> None:
    fields = dict.fromkeys(update.patch.merge_fields, "a secret of theirs")
    sent = Update(KEY, update.patch.model_copy(update={"merge_fields": fields}), "d")
    claimed = claiming.claimed(before, sent, "t", (NOON, UNTIL), before, in_batch=True)
    assert "secret" not in claimed.model_dump_json()


@given(addresses, batched_updates)
def test_who_overtakes_a_batch_leaves_its_claim_standing_under_another_token(before: Address, update: Update) -> None:
    resting = claiming.claimed(before, update, "batch", (NOON, UNTIL), before, in_batch=True)
    at = NOON + minutes(5)
    assert batching.rests(resting, at)
    assert batching.as_overtaken(resting, at).attempt is None
    taken = claiming.claimed(resting, Unsubscribe(KEY), "opt-out", (at, at + minutes(2)), resting)
    assert not batching.rests(taken, at)
    told = Contact(email="bat@cave.test", status=ContactStatus.UNSUBSCRIBED, subscriber_hash="hash")
    after = batching.back_in_batch(resting, outcome.unsubscribed(taken, told, at), "opt-out", at)
    assert batching.rests(after, at)
    assert after.attempt is not None
    assert (after.attempt.token, after.seen) == ("opt-out", ContactStatus.UNSUBSCRIBED)
    assert not batching.rests(after, UNTIL)
