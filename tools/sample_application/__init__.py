"""A small membership application: what Accord's upstream looks like, and how an application is connected.

    receipt = post_changes(api_url, connection_id, signing_secret, changes)

signs and posts changes; `SampleApplication` receives the notices that come back. `python -m tools.sample_application`
serves it, or signs what is on its standard input.
"""

from tools.sample_application.members import Change, consents, sample_changes
from tools.sample_application.posting import PostError, Receipt, post_changes, signed_headers
from tools.sample_application.server import SampleApplication

__all__ = [
    "Change",
    "PostError",
    "Receipt",
    "SampleApplication",
    "consents",
    "post_changes",
    "sample_changes",
    "signed_headers",
]
