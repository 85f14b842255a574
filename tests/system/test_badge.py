"""A5, on the running stack: a badge beside each member, with the reason and what to do, in a page without a secret."""

import time
from typing import Any
from xml.etree import ElementTree as ET

import pytest
import requests

from accord.domain.badge_token import badge_token
from accord.domain.values import BEGINNING
from tests.system.application import Application, upserted

pytestmark = pytest.mark.system


def table(zoo: Application, *ids: str, lang: str = "en") -> list[dict[str, Any]]:
    answer = zoo.send("GET", f"badges?ids={','.join(ids)}&lang={lang}", token=zoo.token)
    assert answer.status_code == 200, answer.text
    badges: list[dict[str, Any]] = answer.json()["badges"]
    return badges


def shown(url: str, **headers: str) -> requests.Response:
    """As a browser asks: with nothing but the URL."""
    return requests.get(url, headers={name.replace("_", "-"): said for name, said in headers.items()}, timeout=30)


def title(image: requests.Response) -> str:
    assert (image.status_code, image.headers["content-type"]) == (200, "image/svg+xml")
    return ET.fromstring(image.text).findtext("{http://www.w3.org/2000/svg}title") or ""  # noqa: S314  our own


def test_a5_each_member_has_a_badge_with_the_reason_in_english_and_in_french(zoo: Application) -> None:
    zoo.say("axolotl", email="axolotl@canal.test", first_name="Axel")
    zoo.say("sloth", email="sloth@canopy.test", consent={"status": "unknown"})
    zoo.say("basilisk", email="basilisk@example.com", first_name="Basil")

    badges = table(zoo, "axolotl", "sloth", "basilisk", "snark")

    assert [(each["id"], each["status"], each["colour"]) for each in badges] == [
        ("axolotl", "synced", "green"),
        ("sloth", "excluded", "grey"),
        ("basilisk", "failed", "red"),
        ("snark", None, "grey"),
    ]
    for each in badges:
        assert title(shown(each["url"])) == f"{each['reason']['message']} {each['reason']['next_step']}"
        assert "@" not in each["url"]
    (french,) = table(zoo, "sloth", lang="fr")
    assert title(shown(french["url"])).startswith("Le membre n'a jamais accepté de recevoir la newsletter.")
    assert shown(badges[0]["url"]).text != shown(badges[1]["url"]).text


def test_a5_a_badge_follows_its_member_and_is_sent_only_when_it_is_another(zoo: Application) -> None:
    zoo.say("chameleon", email="chameleon@branch.test", first_name="Camille")
    (badge,) = table(zoo, "chameleon")
    first = shown(badge["url"])
    assert first.headers["cache-control"] == "private, max-age=60"

    again = shown(badge["url"], if_none_match=first.headers["etag"])
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", first.headers["etag"])

    zoo.leaves("chameleon")
    after = shown(badge["url"], if_none_match=first.headers["etag"])
    assert title(after).startswith("The member has left")


def test_a5_a_token_of_another_member_and_one_past_its_time_open_nothing(
    zoo: Application, keepers: Application
) -> None:
    zoo.say("gecko", email="gecko@wall.test", first_name="Gordon")
    gecko, snark = (each["url"] for each in table(zoo, "gecko", "snark"))
    (foreign,) = table(keepers, "gecko")
    late = badge_token(zoo.signing_secret, zoo.api.connection_id, "gecko", BEGINNING.replace(year=2026))
    plain, token = gecko.split("?")[0], {name: url.split("token=")[1] for name, url in (("s", snark), ("g", gecko))}

    answers = [
        shown(plain),
        shown(f"{plain}?token={token['s']}"),
        shown(f"{snark.split('?')[0]}?token={token['g']}"),
        shown(f"{plain}?token={foreign['url'].split('token=')[1]}"),
        shown(f"{plain}?token={late}"),
        shown(f"{plain}?token={zoo.token}"),
    ]

    assert [answer.status_code for answer in answers] == [401] * len(answers)
    assert {answer.text for answer in answers} == {answers[0].text}
    assert answers[0].headers["content-type"] == "application/problem+json"
    assert title(shown(gecko))
    assert token["g"].partition(".")[2].partition("&")[0] not in zoo.stack.emulator.logs()


def test_a5_a_table_of_two_hundred_is_one_call(zoo: Application) -> None:
    zoo.tell(*(upserted(f"ant-{n}", email=f"ant{n}@hill.test", consent={"status": "unknown"}) for n in range(5)))
    ids = [f"ant-{n}" for n in range(1000)]

    started = time.monotonic()
    badges = table(zoo, *ids[:200])
    print(f"200 badges in {time.monotonic() - started:.2f} s")

    assert [each["id"] for each in badges] == ids[:200]
    assert {each["status"] for each in badges[:5]} == {"excluded"}
    refused = zoo.send("GET", f"badges?ids={','.join(ids)}", token=zoo.token)
    assert (refused.status_code, "200" in refused.json()["detail"]) == (413, True)
