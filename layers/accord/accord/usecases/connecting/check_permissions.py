"""Operators: does the audience have the marketing permissions that consent is mapped to?"""

from collections.abc import Mapping

from accord.domain.checks import Check, Checked, Finding
from accord.domain.connection import AudienceSetup
from accord.domain.marketing_permissions import shown_as
from accord.ports.connections import ListedAudience


def check_permissions(mapping: Mapping[str, str], audience: ListedAudience, setup: AudienceSetup) -> Checked:
    """What is found of the permissions in `mapping`. The detail names those that are unknown, and those that exist."""
    if not audience.marketing_permissions:
        return Checked(Check.PERMISSIONS, Finding.PERMISSIONS_OFF)
    if not setup.permissions:
        return Checked(Check.PERMISSIONS, Finding.PERMISSIONS_TO_LEARN)
    unknown = sorted(source for source, wished in mapping.items() if shown_as(wished, setup.permissions) is None)
    if unknown:
        there = ", ".join(each.text or each.id for each in setup.permissions)
        return Checked(Check.PERMISSIONS, Finding.PERMISSIONS_UNKNOWN, f"{', '.join(unknown)}; it has: {there}")
    return Checked(Check.PERMISSIONS, Finding.PERMISSIONS_FIT)
