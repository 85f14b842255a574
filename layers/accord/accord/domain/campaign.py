"""A campaign as Mailchimp reports on it: its totals and rates, and how far each of its reports was read. Pure."""

from enum import StrEnum

from accord.domain.values import Moment, Value


class Totals(Value):
    """What Mailchimp counts of a campaign. `unique_opens` and `clickers` are people, `opens` and `clicks` times."""

    emails_sent: int = 0
    opens: int = 0
    unique_opens: int = 0
    clicks: int = 0
    clickers: int = 0
    hard_bounces: int = 0
    soft_bounces: int = 0
    unsubscribed: int = 0
    abuse_reports: int = 0

    @property
    def bounces(self) -> int:
        """Both kinds."""
        return self.hard_bounces + self.soft_bounces

    def rates(self) -> dict[str, float]:
        """Of the mails that arrived, as Mailchimp reckons; of bounces, of those that were sent. Four digits."""
        arrived = max(self.emails_sent - self.bounces, 0)
        return {
            "open_rate": _rate(self.unique_opens, arrived),
            "click_rate": _rate(self.clickers, arrived),
            "bounce_rate": _rate(self.bounces, self.emails_sent),
            "unsubscribe_rate": _rate(self.unsubscribed, arrived),
            "abuse_rate": _rate(self.abuse_reports, arrived),
        }


def _rate(part: int, whole: int) -> float:
    return round(part / whole, 4) if whole else 0.0


class Link(Value):
    """A link in a campaign, and how often it was clicked: in all, and by how many people."""

    url: str
    clicks: int = 0
    clickers: int = 0


class Report(StrEnum):
    """The parts of a campaign's report that are read, by their name in Mailchimp's URLs."""

    EMAIL_ACTIVITY = "email-activity"
    SENT_TO = "sent-to"
    UNSUBSCRIBED = "unsubscribed"
    ABUSE_REPORTS = "abuse-reports"
    CLICK_DETAILS = "click-details"


def counted(report: Report, totals: Totals) -> tuple[int, ...]:
    """The totals that a report tells the single events of: as long as they stay, there is nothing new in it."""
    match report:
        case Report.EMAIL_ACTIVITY:
            return (totals.emails_sent, totals.opens, totals.clicks, totals.hard_bounces, totals.soft_bounces)
        case Report.SENT_TO:
            return (totals.emails_sent,)
        case Report.UNSUBSCRIBED:
            return (totals.unsubscribed,)
        case Report.ABUSE_REPORTS:
            return (totals.abuse_reports,)
        case Report.CLICK_DETAILS:
            return (totals.clicks,)


class Read(Value):
    """A report as it was last read to its end, in a reading that began then; `steady_since`: when it was first read
    with these totals."""

    began_at: Moment
    counted: tuple[int, ...]
    steady_since: Moment


class Reading(Value):
    """A report that is being read: from which event on, and at which row it goes on. `total`: rows of the report, as
    Mailchimp last said. `everybody`: whether it lists whoever was sent the campaign, and is to tell of that."""

    report: Report
    began_at: Moment
    counted: tuple[int, ...]
    since: Moment | None = None
    offset: int = 0
    total: int | None = None
    everybody: bool = False


class Campaign(Value):
    """One campaign to the audience of a connection."""

    id: str
    audience_id: str = ""
    subject: str = ""
    title: str = ""
    """What its makers call it."""
    sent_at: Moment
    totals: Totals = Totals()
    links: tuple[Link, ...] = ()
    """The hundred that were clicked most."""
    read: dict[Report, Read] = {}
    reading: tuple[Reading, ...] = ()
    """What is still to be read in the pull that is under way."""
    pulled_at: Moment | None = None
    """When its reports were last read to their ends."""
    gone_at: Moment | None = None
    """When Mailchimp was first found to know it no more. What was read until then stays."""
