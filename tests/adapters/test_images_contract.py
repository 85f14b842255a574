"""The contract of the port `Images`, on the fake and on DynamoDB."""

from datetime import timedelta
from typing import Any

import pytest

from accord.adapters.dynamodb.images import DynamoDBImages
from accord.adapters.dynamodb.ledger import DynamoDBLedger
from accord.adapters.dynamodb.table import Table
from accord.domain.before_image import BeforeImage
from accord.domain.contact import ContactStatus
from accord.domain.plan import Planned
from accord.ports.undoing import Images
from tests.adapters.conftest import FreshTable
from tests.adapters.ledger_values import BARN, NOON
from tests.adapters.test_ledger_contract_lists import all_of
from tests.fake_undoing import FakeImages

RUN = "2026-03-01T03:00:00.000000Z-night"
KEPT = timedelta(days=30)


@pytest.fixture(params=["fake", "dynamodb"])
def images(request: pytest.FixtureRequest) -> Images:
    if request.param == "fake":
        return FakeImages()
    table: FreshTable = request.getfixturevalue("table")
    return DynamoDBImages(Table(table.client, table.name), KEPT)


def image(member_id: str, id_: str = "1", run: str = RUN, **given: Any) -> BeforeImage:
    return BeforeImage(run_id=run, member_id=member_id, id=id_, at=NOON, deed=Planned.UPDATE, key="cafe", **given)


def test_an_image_is_kept_whole_and_the_same_again_is_one(images: Images) -> None:
    whole = image(
        "gustave",
        contact_id="c-1",
        status=ContactStatus.SUBSCRIBED,
        fields={"FNAME": "Gustave", "ADDRESS": {"city": "Paris"}, "AGE": 7},
        own=("FNAME",),
        interests={"i-1": False},
        language="",
        add_tags=("Goats",),
    )
    images.save(BARN, [whole])
    images.save(BARN, [whole])

    assert images.of_run(BARN, RUN, None, 10).items == [whole]


def test_the_images_of_a_run_are_listed_page_by_page_a_member_as_one_and_of_no_other_run(images: Images) -> None:
    kept = [image(f"goat-{number:03d}", str(part)) for number in range(60) for part in range(1 + number % 3)]
    images.save(BARN, kept)
    images.save(BARN, [image("goat-001", "9", "another run")])
    images.save("stable", [image("goat-002", "9")])

    pages: list[list[BeforeImage]] = []
    after: str | None = None
    while True:
        page = images.of_run(BARN, RUN, after, 7)
        pages.append(page.items)
        after = page.next
        if after is None:
            break

    found = [each for page in pages for each in page]
    assert sorted(found, key=lambda each: (each.member_id, each.id)) == kept
    for shown in pages:
        for each in shown:
            theirs = [other.id for other in shown if other.member_id == each.member_id]
            assert theirs == [str(part) for part in range(1 + int(each.member_id[-3:]) % 3)]
    assert len(pages) > 10


def test_of_who_is_forgotten_nothing_is_left_but_that_there_was_something(images: Images) -> None:
    images.save(BARN, [image("gustave", "1", fields={"FNAME": "Gustave"}), image("gertrude", fields={"FNAME": "G"})])
    images.save(BARN, [image("gustave", "2", "another run", email="gustave@barn.test")])

    images.forget(BARN, "gustave")
    images.forget(BARN, "nobody")

    found = all_of(lambda after: images.of_run(BARN, RUN, after, 10))
    assert {each.member_id: (each.deed, each.fields) for each in found} == {
        "gustave": (Planned.ERASE, {}),
        "gertrude": (Planned.UPDATE, {"FNAME": "G"}),
    }
    assert images.of_run(BARN, "another run", None, 10).items == [image("gustave", "2", "another run").bare]


def test_a_cursor_that_nobody_gave_is_refused(images: Images) -> None:
    with pytest.raises(ValueError, match="cursor"):
        images.of_run(BARN, RUN, "goat", 2)


def test_an_image_expires_and_is_no_line_of_the_history(table: FreshTable) -> None:
    DynamoDBImages(Table(table.client, table.name), KEPT).save(BARN, [image("gustave")])

    (stored,) = table.client.scan(TableName=table.name)["Items"]
    assert int(stored["expires_at"]["N"]) == int((NOON + KEPT).timestamp())
    ledger = DynamoDBLedger(table.client, table.name)
    assert ledger.history(BARN, "gustave", None, 10).items == []
    assert ledger.members(BARN, None, None, 10).items == []
