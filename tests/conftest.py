"""For all tests: addresses under `.test` are well-formed, as on the local stack; Hypothesis runs by profile.

The profiles that people and CI run try the same examples every time, so that a run tells about the change and not
about chance; `HYPOTHESIS_PROFILE=hunt` looks for new ones.
"""

import os

import email_validator
from hypothesis import HealthCheck, settings

email_validator.SPECIAL_USE_DOMAIN_NAMES.remove("test")

for name, examples, same in (
    ("quick", 200, True),
    ("broad", 300, True),
    ("default", 2_000, True),
    ("thorough", 20_000, True),
    ("hunt", 20_000, False),
):
    settings.register_profile(
        name,
        max_examples=examples,
        derandomize=same,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow],
    )
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))
