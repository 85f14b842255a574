"""What the settings of all functions have, and several share. The only module that reads the environment."""

import os
from datetime import timedelta
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field

Given = Annotated[str, Field(min_length=1)]
Seconds = Annotated[float, Field(gt=0)]


class Settings(BaseModel):
    """What every function has. A field is read from the variable of its name in capitals."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True, defer_build=True)

    stage: Given = "prod"
    """`local` is the only stage with looser rules: `.test` addresses, and a Mailchimp on one's own machine."""
    table_name: Given
    history_days: Annotated[int, Field(gt=0)] = 365

    @classmethod
    def from_environment(cls) -> Self:
        """The settings; raises pydantic's ValidationError, which names what is missing."""
        names = {name: name.upper() for name in cls.model_fields}
        return cls.model_validate({name: os.environ[env] for name, env in names.items() if env in os.environ})

    @property
    def is_local(self) -> bool:
        """Whether this is the stack on one's own machine."""
        return self.stage == "local"


class WithOffers(Settings):
    """For those who make members due."""

    offered_again_seconds: Seconds = 300

    @property
    def offered_again(self) -> timedelta:
        """How long a worker has the first try before a member is offered to others."""
        return timedelta(seconds=self.offered_again_seconds)


class WithImages(Settings):
    """For those who keep what was there before the writes of runs, or ask for it."""

    before_image_days: Annotated[int, Field(gt=0)] = 30

    @property
    def before_images_kept(self) -> timedelta:
        """For so long a run can be undone."""
        return timedelta(days=self.before_image_days)


class WithEndpoints(Settings):
    """For those who call, or check, the endpoints of applications."""

    allowed_endpoints: str = ""
    """Hosts, with commas between them, that notices may go to though they are private or without TLS."""

    @property
    def allowed(self) -> tuple[str, ...]:
        """None but on the stack on one's own machine, whatever the environment says."""
        hosts = tuple(host.strip() for host in self.allowed_endpoints.split(",") if host.strip())
        return hosts if self.is_local else ()
