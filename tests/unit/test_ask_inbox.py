"""What people write comes to the members whom it is of: in one batch, once, without a word on the newsletter."""

from typing import Any

import pytest

from accord.domain.activity import ActivityKind, Answer
from accord.domain.contact import ContactStatus
from accord.domain.inbox import PATIENCE, Response, Survey, Thread
from accord.domain.notice import NoticeType
from accord.domain.run import RunState
from accord.domain.values import subscriber_hash
from accord.errors import Retryable
from accord.usecases.pull_activity import Phase
from tests.builders import a_connection, a_member, erased, minutes, upserted
from tests.pulls import Pulls
from tests.scene import Scene

PUFFIN, AUK, STRANGER = "puffin@reef.test", "auk@reef.test", "stranger@sea.test"
TEA = Survey("s-1", "Tea or coffee?")
LIKES_TEA = (Answer(question="What do you drink?", answer="Tea"),)


@pytest.fixture
def scene() -> Scene:
    found = Scene(a_connection(email="news@reef.test", name="The Reef", notice_url="https://reef.test/notices"))
    found.post(upserted(a_member(PUFFIN)), upserted(a_member(AUK), "m-2", index=1))
    found.pass_(3600)
    return found


@pytest.fixture
def pulls(scene: Scene) -> Pulls:
    pulls = Pulls(scene)
    pulls.reports.send("spring", pulls.now, [PUFFIN, AUK])
    return pulls


def replies(pulls: Pulls, email: str = PUFFIN, direction: str = "INBOUND", id_: str = "t-1") -> None:
    """In Mailchimp's Inbox, now."""
    contact = pulls.scene.audience.of(email)
    assert contact is not None
    url = f"https://us1.admin.mailchimp.com/inbox/{id_}"
    thread = Thread(id_, pulls.now, "Re: Spring", url, direction, "Puffin")
    for reference in (contact.contact_id, contact.subscriber_hash):
        pulls.inbox.threads.setdefault(reference or "", []).append(thread)


def answers(pulls: Pulls, email: str = PUFFIN, id_: str = "r-1", contact_id: str = "c") -> None:
    response = Response(TEA, id_, pulls.now, email, contact_id)
    pulls.inbox.answered.setdefault(TEA, []).append((response, LIKES_TEA))


def notices(pulls: Pulls) -> list[tuple[NoticeType, str]]:
    return [(each.notice.type, each.notice.member_id) for each in pulls.outbox.lying.values()]


def test_i1_a_conversation_belongs_to_its_member_with_subject_direction_author_time_and_link(pulls: Pulls) -> None:
    replies(pulls)

    pulls.weekly()

    (thread,) = pulls.of("m-1", ActivityKind.INBOX_THREAD)
    assert (thread.subject, thread.detail, thread.author) == ("Re: Spring", "inbound", "Puffin")
    assert thread.link == "https://us1.admin.mailchimp.com/inbox/t-1"
    assert pulls.of("m-2", ActivityKind.INBOX_THREAD) == []


def test_i1_all_are_asked_about_in_one_batch(pulls: Pulls) -> None:
    answers(pulls)

    run = pulls.weekly()

    assert pulls.inbox.calls == ["surveys", "responses s-1", "ask", "look"]
    ((contacts, responses),) = pulls.inbox.batches.values()
    assert (len(contacts), len(responses)) == (2, 1)
    assert run.calls == run.least == 1 + 1 + 4


def test_i2_a_response_has_its_questions_and_answers(pulls: Pulls) -> None:
    answers(pulls)

    pulls.weekly()

    (response,) = pulls.of("m-1", ActivityKind.SURVEY_RESPONSE)
    assert (response.subject, response.answers) == ("Tea or coffee?", LIKES_TEA)


def test_i2_answers_are_read_once_and_told_once(pulls: Pulls) -> None:
    answers(pulls)
    replies(pulls)
    pulls.weekly()
    told, written = notices(pulls), pulls.activity.written

    pulls.weekly()

    assert pulls.inbox.batches["batch-1"][1] == []
    assert (notices(pulls), pulls.activity.written) == (told, written)


def test_i3_a_stranger_who_answers_becomes_a_contact_that_is_not_subscribed(scene: Scene, pulls: Pulls) -> None:
    answers(pulls, STRANGER, contact_id="")

    run = pulls.weekly()

    assert scene.seen(STRANGER) is ContactStatus.TRANSACTIONAL
    assert run.counts["strangers"] == 1


def test_i3_having_answered_is_no_consent_for_whoever_becomes_a_member(scene: Scene, pulls: Pulls) -> None:
    answers(pulls, STRANGER, contact_id="")
    pulls.weekly()

    scene.post(upserted(a_member(STRANGER, consent=None), "m-9", at=pulls.now))
    scene.settle_all()

    assert scene.seen(STRANGER) is ContactStatus.TRANSACTIONAL


def test_i3_whoever_was_erased_is_no_stranger(scene: Scene, pulls: Pulls) -> None:
    answers(pulls, PUFFIN, contact_id="")
    scene.post(erased(at=pulls.now))
    scene.settle_all()

    pulls.weekly()

    assert scene.seen(PUFFIN) is None
    assert pulls.of("m-1") == []


def test_i4_one_to_one_is_remembered_and_the_newsletter_goes_on(scene: Scene) -> None:
    person = scene.audience.people[subscriber_hash(PUFFIN)]
    person.contact = person.contact.model_copy(update={"one_to_one": False})
    status = scene.status()

    scene.hear("profile", PUFFIN)

    key = scene.record().place or ""
    assert scene.ledger.addresses("audience1", [key])[key].one_to_one is False
    assert (scene.status(), scene.seen(PUFFIN)) == (status, ContactStatus.SUBSCRIBED)


def test_i5_upstream_and_the_connections_email_hear_of_what_people_wrote(pulls: Pulls) -> None:
    replies(pulls)
    answers(pulls, AUK)

    pulls.weekly()

    assert sorted(notices(pulls)) == [(NoticeType.ANSWERED_SURVEY, "m-2"), (NoticeType.REPLIED, "m-1")]
    ((to, subject, text),) = pulls.mail.sent
    assert (to, subject) == ("news@reef.test", "Accord: new messages and answers for The Reef")
    assert text.startswith("2 new messages")
    assert "@" not in text


def test_i5_what_the_newsletters_own_people_wrote_is_no_news(pulls: Pulls) -> None:
    replies(pulls, direction="OUTBOUND")

    pulls.weekly()

    assert len(pulls.of("m-1", ActivityKind.INBOX_THREAD)) == 1
    assert (notices(pulls), pulls.mail.sent) == ([], [])


def test_i5_what_was_written_long_ago_is_kept_and_no_news(pulls: Pulls) -> None:
    replies(pulls)
    answers(pulls, STRANGER, contact_id="")

    pulls.weekly(days=15)

    assert len(pulls.of("m-1", ActivityKind.INBOX_THREAD)) == 1
    assert (notices(pulls), pulls.mail.sent) == ([], [])
    assert pulls.scene.seen(STRANGER) is None


def test_what_is_older_than_activity_is_kept_is_not_written(pulls: Pulls) -> None:
    replies(pulls)
    answers(pulls)

    pulls.weekly(days=366)

    assert pulls.of("m-1", ActivityKind.INBOX_THREAD, ActivityKind.SURVEY_RESPONSE) == []
    assert all(responses == [] for _, responses in pulls.inbox.batches.values())


def test_a_batch_is_waited_for_without_asking_again(pulls: Pulls) -> None:
    replies(pulls)
    pulls.inbox.looks = 2

    pulls.weekly()

    assert pulls.inbox.calls == ["surveys", "ask", "look", "look", "look"]
    assert len(pulls.of("m-1", ActivityKind.INBOX_THREAD)) == 1


def test_a_batch_that_never_ends_is_given_up_and_asked_anew_by_the_next_pull(pulls: Pulls) -> None:
    replies(pulls)
    pulls.inbox.looks = 10**6
    run = pulls.begin()
    pulls.pull.begin(run.connection_id, run.id)
    while pulls.pull.pull(run.connection_id, run.id, pulls.now + minutes(5)) is not Phase.ENDED:
        pulls.scene.clock.moment += PATIENCE / 4

    ended = pulls.runs.kept[run.connection_id, run.id]
    assert (ended.state, ended.counts["inbox_left_out"]) == (RunState.DONE, 1)
    pulls.inbox.looks = 0
    pulls.weekly()
    assert len(pulls.of("m-1", ActivityKind.INBOX_THREAD)) == 1


def test_a_batch_that_is_gone_ends_the_asking_and_not_the_pull(pulls: Pulls) -> None:
    replies(pulls)
    pulls.inbox.looks = 1
    run = pulls.begin()
    pulls.pull.begin(run.connection_id, run.id)
    assert pulls.pull.pull(run.connection_id, run.id, pulls.now + minutes(5)) is Phase.WAITS
    pulls.inbox.batches.clear()

    ended = pulls.carry_out(run)

    assert (ended.state, ended.counts["inbox_left_out"]) == (RunState.DONE, 1)


def test_results_that_can_not_be_read_for_now_are_read_again_and_told_once(
    pulls: Pulls, monkeypatch: pytest.MonkeyPatch
) -> None:
    replies(pulls)
    run = pulls.begin()
    add, tries = pulls.outbox.add_notice, iter([Retryable("DynamoDB is busy", effect_unknown=False)])

    def crash(*given: Any, **named: Any) -> None:
        for error in tries:
            raise error
        add(*given, **named)

    monkeypatch.setattr(pulls.outbox, "add_notice", crash)
    with pytest.raises(Retryable):
        pulls.carry_out(run)
    pulls.carry_out(run)

    assert notices(pulls) == [(NoticeType.REPLIED, "m-1")]
    assert len(pulls.of("m-1", ActivityKind.INBOX_THREAD)) == 1


def test_without_a_campaign_nobody_is_asked_about(scene: Scene) -> None:
    pulls = Pulls(scene)

    pulls.weekly()

    assert pulls.inbox.calls == ["surveys"]


def test_a_conversation_is_of_whoever_held_the_address_then(scene: Scene, pulls: Pulls) -> None:
    replies(pulls)
    scene.pass_(3600)
    scene.post(upserted(a_member("puffin@cliff.test"), at=pulls.now))
    scene.pass_(3600)
    scene.post(upserted(a_member(PUFFIN), "m-3", at=pulls.now))

    pulls.weekly()

    assert pulls.of("m-3", ActivityKind.INBOX_THREAD) == []
