"""For all tests: addresses under `.test` are well-formed, as on the local stack; Hypothesis runs by profile."""

import os

import email_validator
from hypothesis import HealthCheck, settings

email_validator.SPECIAL_USE_DOMAIN_NAMES.remove("test")

settings.register_profile("quick", max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("default", max_examples=2_000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("thorough", max_examples=20_000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))
