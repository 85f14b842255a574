"""A connection that is joined to another audience: everybody is there, and nobody who said no is forgotten (S6)."""

import pytest
import requests

from tests.system.application import Application, declined_now, moment
from tests.system.test_first_approval import AUDIENCE, Terrarium
from tests.system.watching import eventually
from tools.local_stack import LocalStack

pytestmark = pytest.mark.system


def joined(made: Terrarium) -> Application:
    """To an audience of its own, checked, summed up and approved."""
    made.on("PUT", "/audience", {"create": AUDIENCE})
    made.on("POST", "/test")
    eventually("the summary is ready", lambda: made.state == "awaiting_approval")
    made.on("POST", "/approve", {"summary": made.on("GET", "/summary")["id"]}, 202)
    return made.application()


def ours(application: Application) -> list[str]:
    """The webhooks of the audience that lead to this connection."""
    url = f"/mailchimp/webhooks/{application.api.connection_id}/"
    return [each["url"] for each in application.mailchimp("GET", "webhooks")["webhooks"] if url in each["url"]]


def test_s6_p04_in_another_audience_nobody_is_mailed_who_opted_out_of_the_one_before(stack: LocalStack) -> None:
    made = Terrarium(stack)
    before = joined(made)
    for bird in ("crane", "bittern", "curlew"):
        before.say(bird, email=f"{bird}@aviary.test", first_name=bird.title())
    before.person("bittern@aviary.test", "unsubscribe")
    before.becomes("bittern", "unsubscribed", "unsubscribed_in_mailchimp")
    erasure = requests.delete(
        f"{before.api.url}/members/bittern",
        params={"erase": "true"},
        headers={"authorization": f"Bearer {before.token}"},
        timeout=30,
    )
    assert erasure.status_code == 202, erasure.text
    before.api.wait_for("bittern", lambda member: member["status"] == "erased")
    assert len(ours(before)) == 1

    made.on("POST", "/pause")
    after = joined(made)

    assert after.audience_id != before.audience_id
    after.becomes("crane", "synced", "in_agreement")
    assert after.seen("crane@aviary.test") == "subscribed"
    assert (len(ours(before)), len(ours(after))) == (0, 1)
    again = after.say("bittern-2", email="bittern@aviary.test", first_name="Bittern")
    assert (again["status"], after.seen("bittern@aviary.test")) == ("unsubscribed", "unknown")

    gone = after.say("crane", email="crane@aviary.test", first_name="Crane", consent=declined_now())
    assert gone["status"] == "unsubscribed"
    assert [each.seen("crane@aviary.test") for each in (before, after)] == ["unsubscribed", "unsubscribed"]
    after.tell({"type": "member.erased", "id": "curlew", "occurred_at": moment()})
    after.api.wait_for("curlew", lambda member: member["status"] == "erased")
    assert [each.seen("curlew@aviary.test") for each in (before, after)] == ["forgotten", "forgotten"]
    made.on("POST", "/disconnect")
