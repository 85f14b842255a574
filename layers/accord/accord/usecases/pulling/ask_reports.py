"""Where the pages of a pull come from: one call each, or, where they are many, one batch that Mailchimp reads."""

import itertools
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from accord.domain.campaign import Campaign
from accord.domain.connection import Connection
from accord.domain.report_batch import MOST, PATIENCE, SINGLY, PagesAsked, pages_to_come
from accord.domain.run import Run
from accord.errors import Rejected, Retryable
from accord.ports import Clock
from accord.ports.activity import CampaignReports, ReportBatches


@dataclass(frozen=True, slots=True)
class AskReports:
    """A batch spares calls, and nothing depends on it: whatever is not in one is read by a call."""

    reports_of: Callable[[Connection], CampaignReports]
    batches_of: Callable[[Connection], ReportBatches]
    clock: Clock
    singly: int = SINGLY

    def __call__(
        self, connection: Connection, run: Run, waiting: Sequence[Campaign]
    ) -> tuple[Run, CampaignReports | None]:
        """The run one step further, and where the pages of these campaigns come from; None while they are waited for.
        Raises what the ports raise."""
        if run.pages is None:
            run = self._asked(connection, run, waiting)
        elif not run.pages.over:
            return self._read(connection, run, run.pages)
        is_over = run.pages is not None and run.pages.over
        return run, self.reports_of(connection) if is_over else None

    def end(self, connection: Connection, run: Run) -> Run:
        """Once all is stored: Mailchimp deletes what the batch read."""
        if run.pages is None or run.pages.over:
            return run
        with suppress(Rejected, Retryable):  # it is gone after a week in any case
            self.batches_of(connection).drop(run.pages.batch_id)
        return _over(run, self.clock.now(), calls=1, least=2)

    def _asked(self, connection: Connection, run: Run, waiting: Sequence[Campaign]) -> Run:
        now = self.clock.now()
        pages = list(itertools.islice(pages_to_come(waiting), MOST))
        if len(pages) <= self.singly:
            return _over(run, now)
        try:
            asked = PagesAsked(batch_id=self.batches_of(connection).ask(pages), asked_at=now)
        except Rejected:
            return _over(run, now, calls=1)
        return _with(run, pages=asked, calls=1, least=1)

    def _read(self, connection: Connection, run: Run, asked: PagesAsked) -> tuple[Run, CampaignReports | None]:
        """What the batch read, once it is over: looked at with one call in each invocation."""
        is_late = self.clock.now() - asked.asked_at > PATIENCE
        try:
            found = self.batches_of(connection).told(asked.batch_id)
        except (Rejected, Retryable) as error:
            if isinstance(error, Retryable) and not is_late:
                raise
            found, is_late = None, True
        if found is None and is_late:
            return _over(run, self.clock.now(), calls=1), self.reports_of(connection)
        return _with(run, calls=1), found


def _over(run: Run, now: datetime, *, calls: int = 0, least: int = 0) -> Run:
    return _with(run, pages=PagesAsked(asked_at=now, over=True), calls=calls, least=least)


def _with(run: Run, *, calls: int, least: int = 0, **given: Any) -> Run:
    return run.model_copy(update={"calls": run.calls + calls, "least": run.least + least, **given})
