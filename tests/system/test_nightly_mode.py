"""S3: a connection that is synchronised once a day, at night, wherever its night is; opt-outs do not wait."""

from datetime import UTC, datetime

import pytest
import requests

from accord.domain.connection import Policy, SyncMode
from accord.domain.nights import NIGHT
from tests.system.application import Application, another_application, declined_now, upserted
from tools.local_stack import LocalStack

pytestmark = pytest.mark.system


@pytest.fixture(scope="module")
def dormice(stack: LocalStack) -> Application:
    return another_application(stack, "dormice", Policy(sync_mode=SyncMode.NIGHTLY))


def lives_where_it_is(dormice: Application, hour: int) -> None:
    """The connection's clock shows that hour now."""
    ahead = (hour - datetime.now(UTC).hour + 12) % 24 - 12
    zone = f"Etc/GMT{-ahead:+d}" if ahead else "Etc/GMT"  # whose signs are the other way round
    url = f"{dormice.stack.info.api_url}/v1/connections/{dormice.api.connection_id}"
    headers = {"authorization": f"Bearer {dormice.operator_token}"}
    changed = requests.patch(url, json={"time_zone": zone}, headers=headers, timeout=30)
    assert changed.ok, changed.text
    assert changed.json()["connection"]["time_zone"] == zone


def test_s3_changes_of_the_day_wait_for_the_night_and_opt_outs_do_not(dormice: Application) -> None:
    email = "hazel@hedge.test"
    lives_where_it_is(dormice, NIGHT + 1)
    assert dormice.say("hazel", email=email, first_name="Hazel")["status"] == "synced"

    lives_where_it_is(dormice, 13)
    dormice.api.post([upserted("hazel", email=email, first_name="Hazel", plan="Nuts")])
    waiting = dormice.becomes("hazel", "pending", "waiting_for_night")
    assert "night" in waiting["reason"]["message"]
    assert dormice.fields(email) == {"FNAME": "Hazel"}

    gone = dormice.say("hazel", email=email, first_name="Hazel", consent=declined_now())
    assert (gone["status"], dormice.seen(email)) == ("unsubscribed", "unsubscribed")

    lives_where_it_is(dormice, NIGHT + 1)
    late = dormice.say("garden", email="garden@hedge.test", first_name="Garden")
    assert (late["status"], dormice.seen("garden@hedge.test")) == ("synced", "subscribed")
