"""The Mailchimp account: its key, its audiences, what waits to be delivered and to be done."""

import secrets
from typing import Any

from tools.mailchimp_simulator.domain.audience import Audience
from tools.mailchimp_simulator.domain.audience_settings import DEFAULT_SETTINGS
from tools.mailchimp_simulator.domain.batches import Batches
from tools.mailchimp_simulator.domain.campaigns import Campaign
from tools.mailchimp_simulator.domain.clock import Clock
from tools.mailchimp_simulator.domain.contact import Status
from tools.mailchimp_simulator.domain.ids import short_id
from tools.mailchimp_simulator.domain.listing import Listing
from tools.mailchimp_simulator.domain.oauth import OAuth
from tools.mailchimp_simulator.domain.problems import forbidden, not_found
from tools.mailchimp_simulator.domain.surveys import Survey
from tools.mailchimp_simulator.domain.webhooks import Announcement

MAX_AUDIENCES = 5
"""As many as a usual plan allows."""


class Account:
    """Everything that the simulator knows. Holds no connection and reads no clock but the one it is given."""

    def __init__(
        self,
        clock: Clock,
        api_key: str = "",
        list_id: str = "",
        audience_name: str = "",
        max_audiences: int = MAX_AUDIENCES,
    ) -> None:
        self.clock = clock
        self.max_audiences = max_audiences
        self.api_key = api_key or f"{secrets.token_hex(16)}-us1"
        self.id = secrets.token_hex(12)
        self.created = clock.now()
        self.outbox: list[Announcement] = []
        self.batches = Batches()
        self.oauth = OAuth()
        self._audiences: dict[str, Audience] = {}
        self._lost: dict[str, Audience] = {}
        self._gone: dict[str, Audience] = {}
        self._listings: dict[str, Listing] = {}
        self._numbers = 0
        settings = DEFAULT_SETTINGS | ({"name": audience_name} if audience_name else {})
        self.default_list_id = self.create_audience(settings, list_id).id

    @property
    def data_centre(self) -> str:
        """The one that the key names at its end."""
        return self.api_key.rpartition("-")[2]

    @property
    def audiences(self) -> list[Audience]:
        return list(self._audiences.values())

    def audience(self, list_id: str) -> Audience:
        """Raises Problem 404."""
        if list_id not in self._audiences:
            raise not_found()
        return self._audiences[list_id]

    def listing(self, list_id: str) -> Listing:
        """Pages of the audience's contacts; raises Problem 404."""
        return self._listings.setdefault(list_id, Listing(self.audience(list_id)))

    def create_audience(self, settings: dict[str, Any], list_id: str = "") -> Audience:
        """Raises Problem 403 beyond what the plan allows (`constraints.max_instances`)."""
        if len(self._audiences) >= self.max_audiences:
            raise forbidden("Your plan does not allow any more audiences.")
        self._numbers += 1
        made = Audience(self._numbers, settings, self.outbox, self.clock.now(), list_id or short_id())
        self._audiences[made.id] = made
        return made

    def delete_audience(self, list_id: str) -> None:
        """Its campaigns and their reports stay (specification, `list_is_active`). Raises Problem 404."""
        self._gone[list_id] = self.audience(list_id)
        del self._audiences[list_id]
        self._listings.pop(list_id, None)

    def lose_audience(self, list_id: str) -> None:
        """As if it were deleted, until it is brought back, which Mailchimp's staff can do. Raises Problem 404."""
        self._lost[list_id] = self.audience(list_id)
        del self._audiences[list_id]
        self._listings.pop(list_id, None)

    def bring_back(self, list_id: str) -> None:
        """With everybody who was in it. Raises Problem 404 for one that was not lost."""
        if list_id not in self._lost:
            raise not_found()
        self._audiences[list_id] = self._lost.pop(list_id)

    @property
    def every_audience(self) -> list[Audience]:
        """Also those that are lost or gone, whose campaigns are still there."""
        return [*self._audiences.values(), *self._lost.values(), *self._gone.values()]

    def is_active(self, audience: Audience) -> bool:
        return audience.id in self._audiences

    def campaigns(self) -> list[tuple[Audience, Campaign]]:
        """All there are, in the order in which they were made."""
        found = [(audience, campaign) for audience in self.every_audience for campaign in audience.campaigns.values()]
        return sorted(found, key=lambda each: (each[1].sent, each[1].web_id))

    def campaign(self, campaign_id: str) -> tuple[Audience, Campaign]:
        """Raises Problem 404."""
        for audience in self.every_audience:
            if campaign_id in audience.campaigns:
                return audience, audience.campaigns[campaign_id]
        raise not_found()

    def surveys(self) -> list[tuple[Audience, Survey]]:
        """Those of the audiences that are there."""
        return [(audience, survey) for audience in self.audiences for survey in audience.surveys.values()]

    def survey(self, survey_id: str) -> tuple[Audience, Survey]:
        """Raises Problem 404."""
        found = next((each for each in self.surveys() if each[1].id == survey_id), None)
        if found is None:
            raise not_found()
        return found

    def total_subscribers(self) -> int:
        return sum(audience.by_arrival.total((Status.SUBSCRIBED,)) for audience in self.audiences)

    def take_outbox(self) -> list[Announcement]:
        """What the webhooks must be told, once."""
        taken = self.outbox.copy()
        self.outbox.clear()
        return taken

    def forget_everybody(self) -> None:
        """All contacts and what came of them go; key, audiences and what is defined in them stay."""
        self._gone.clear()
        for audience in self.every_audience:
            audience.forget_everybody()
        self._listings.clear()
        self.outbox.clear()
        self.batches.forget()
