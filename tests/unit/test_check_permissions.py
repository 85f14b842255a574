"""`check_permissions`: what an operator is told of the marketing permissions that consent is mapped to."""

from dataclasses import replace

from accord.domain.checks import Check, Checked, Finding, explain_check
from accord.domain.connection import AudienceSetup, MarketingPermission
from accord.ports.connections import ListedAudience
from accord.usecases.connecting.check_permissions import check_permissions

MAPPED = {"fields.post": "direct mail", "consent": "Fax"}
PLAIN = ListedAudience("audience1", "Diggers", 7)
ASKING = replace(PLAIN, marketing_permissions=True)
SHOWN = AudienceSetup(
    permissions=(MarketingPermission(id="p-1", text="Direct Mail"), MarketingPermission(id="p-2", text="Ads"))
)


def test_p21_gdpr_fields_that_are_off_are_to_be_switched_on() -> None:
    found = check_permissions(MAPPED, PLAIN, AudienceSetup())
    assert (found, found.ok) == (Checked(Check.PERMISSIONS, Finding.PERMISSIONS_OFF), False)
    assert "Enable GDPR fields" in explain_check(found, "en").next_step


def test_p21_an_empty_audience_is_no_error() -> None:
    found = check_permissions(MAPPED, ASKING, AudienceSetup())
    assert (found, found.ok) == (Checked(Check.PERMISSIONS, Finding.PERMISSIONS_TO_LEARN), True)
    assert "once the first contact is there" in explain_check(found, "en").message


def test_p21_an_unknown_permission_is_named_with_those_that_exist_and_known_ones_fit() -> None:
    unknown = check_permissions(MAPPED, ASKING, SHOWN)
    assert unknown == Checked(Check.PERMISSIONS, Finding.PERMISSIONS_UNKNOWN, "consent; it has: Direct Mail, Ads")
    assert not unknown.ok
    assert check_permissions({"fields.post": "direct mail", "consent": "p-2"}, ASKING, SHOWN).ok
