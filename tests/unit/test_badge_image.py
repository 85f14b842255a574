"""The image of a badge: well-formed, told apart without colours, seen on every page, and read out in two languages."""

import re
from itertools import combinations
from typing import get_args
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accord.adapters.http.badges import LOOKS, BadgeImage, drawn
from accord.adapters.http.messages import Request
from accord.domain.badge import Badge, Colour
from accord.domain.reason_texts import Language, explain
from accord.domain.reasons import ReasonCode, Status
from accord.domain.record import Reason

SVG = "{http://www.w3.org/2000/svg}"
EXCLUDED = Badge("m-sloth", Status.EXCLUDED, Reason(code=ReasonCode.NO_CONSENT))


def asked(query: dict[str, str] | None = None, **headers: str) -> Request:
    return Request("", {}, query or {}, {name.replace("_", "-"): value for name, value in headers.items()}, b"")


def read(svg: str) -> ET.Element:
    return ET.fromstring(svg)  # noqa: S314  our own


def title(svg: str) -> str:
    return read(svg).findtext(f"{SVG}title") or ""


@pytest.mark.parametrize("code", list(ReasonCode))
@pytest.mark.parametrize("language", get_args(Language))
def test_a5_its_title_is_the_reason_and_what_to_do(code: ReasonCode, language: Language) -> None:
    svg = drawn(Badge("m-sloth", Status.EXCLUDED, Reason(code=code, detail="plan")), language)

    assert title(svg) == " ".join(explain(code, language, "plan"))


@pytest.mark.parametrize("status", [*Status, None])
def test_who_can_not_see_it_has_it_read_out(status: Status | None) -> None:
    image = read(drawn(Badge("m-sloth", status, Reason(code=ReasonCode.QUEUED)), "fr"))

    named = image.find(f"{SVG}title")
    assert named is not None
    assert image.attrib["role"] == "img"
    assert image.attrib["lang"] == "fr"
    assert image.attrib["aria-labelledby"] == named.attrib["id"]


def test_it_is_told_apart_without_colours() -> None:
    for one, other in combinations(LOOKS.values(), 2):
        assert one.sign != other.sign


def luminance(colour: str) -> float:
    """As WCAG 2 defines it."""
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("colour", list(Colour))
@pytest.mark.parametrize("page", ["#ffffff", "#000000", "#0d1117"])
def test_it_is_seen_on_light_pages_and_on_dark_ones_and_its_sign_is_seen_on_it(colour: Colour, page: str) -> None:
    darker, lighter = sorted((luminance(LOOKS[colour].fill), luminance(page)))

    assert (lighter + 0.05) / (darker + 0.05) >= 3  # WCAG 2, 1.4.11; the sign is white


@pytest.mark.parametrize("status", list(Status))
def test_it_does_nothing_and_fetches_nothing(status: Status) -> None:
    elements = list(read(drawn(Badge("m", status, Reason(code=ReasonCode.QUEUED)), "en")).iter())

    assert {each.tag for each in elements} == {f"{SVG}{name}" for name in ("svg", "title", "path")}
    assert not [name for each in elements for name in each.attrib if "href" in name or name.startswith("on")]


@given(st.text())
def test_whatever_a_reason_names_the_image_is_well_formed(detail: str) -> None:
    svg = drawn(Badge("m", Status.FAILED, Reason(code=ReasonCode.FIELD_INVALID, detail=detail)), "en")

    assert len(list(read(svg))) == 3


def test_what_a_reason_names_is_text() -> None:
    svg = drawn(Badge("m", Status.FAILED, Reason(code=ReasonCode.FIELD_INVALID, detail="<script>&</title>")), "en")

    assert "The value of the field <script>&</title> can not be sent" in title(svg)


def test_two_in_one_document_have_one_id_only_where_they_say_the_same() -> None:
    said = [drawn(EXCLUDED, "en"), drawn(EXCLUDED, "fr"), drawn(Badge.of("m", None), "en"), drawn(EXCLUDED, "en")]
    ids = [re.findall(r'aria-labelledby="([^"]+)"', svg)[0] for svg in said]

    assert ids[0] == ids[3]
    assert len(set(ids)) == 3


# the answer


@pytest.mark.parametrize(
    ("query", "header", "fallback", "language", "varies"),
    [
        ({"lang": "fr"}, "en", "en", "fr", False),
        ({"lang": "fr-CA"}, "en", "en", "fr", False),
        ({"lang": "de"}, "fr", "en", "fr", True),
        ({}, "fr;q=0.9,en;q=0.1", "en", "fr", True),
        ({}, "de", "fr", "fr", True),
        ({}, "", "en", "en", True),
    ],
)
def test_the_language_in_the_url_goes_before_that_of_the_browser(
    query: dict[str, str], header: str, fallback: Language, language: Language, varies: bool
) -> None:
    answered = BadgeImage.answering(asked(query, accept_language=header), EXCLUDED, fallback)

    assert answered.body == drawn(EXCLUDED, language)
    assert ("vary" in answered.headers) is varies


def test_a_browser_that_has_it_still_is_told_so_and_sent_nothing() -> None:
    first = BadgeImage.answering(asked(), EXCLUDED, "en")
    tag = first.headers["etag"]

    for held in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        again = BadgeImage.answering(asked(if_none_match=held), EXCLUDED, "en")
        assert (again.status, again.body, again.headers) == (304, "", first.headers)
    for other in ("", '"other"', tag.strip('"')):
        assert BadgeImage.answering(asked(if_none_match=other), EXCLUDED, "en").status == 200


def test_the_tag_is_another_when_anything_that_is_shown_is_another() -> None:
    others = [
        (EXCLUDED, "en"),
        (EXCLUDED, "fr"),
        (Badge("m-sloth", Status.FAILED, EXCLUDED.reason), "en"),
        (Badge("m-sloth", Status.EXCLUDED, Reason(code=ReasonCode.NO_EMAIL)), "en"),
    ]
    tags = [BadgeImage.answering(asked({"lang": lang}), badge, "en").headers["etag"] for badge, lang in others]

    assert len(set(tags)) == len(tags)
    assert all(re.fullmatch(r'"[0-9a-f]{32}"', tag) for tag in tags)
