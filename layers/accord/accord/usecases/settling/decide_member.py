"""One member at the point of decision: what the contact should show, and what is to be done."""

from contextlib import suppress
from dataclasses import dataclass, field

from accord.domain.actions import Action, Hold, Look
from accord.domain.case import Case
from accord.domain.connection import AudienceSetup, Connection
from accord.domain.decision import decide
from accord.domain.marketing_permissions import stated
from accord.domain.payload import InvalidField, NationalPhone, Payload, payload_of
from accord.domain.reasons import ReasonCode, Status
from accord.domain.record import Record
from accord.errors import AccordError
from accord.ports import Audience, Ledger
from accord.usecases.settling.member_work import MemberWork


@dataclass(slots=True)
class DecideMember:
    """Decides by what the audience can hold, which is read from the ledger when it is first needed."""

    ledger: Ledger
    connection: Connection
    national_phone: NationalPhone
    errors: list[Exception] = field(default_factory=list)
    """What was Accord's own fault: each of these members is `failed`, `internal_error`."""
    _setup: AudienceSetup | None = None

    def __call__(self, work: MemberWork) -> Action:
        """What happens next to this member."""
        if work.must_look is not None:
            return Look(work.must_look)
        try:
            return decide(self.case(work))
        except Exception as error:  # noqa: BLE001 - one member's trouble must not become everybody's
            self.errors.append(error)
            return Hold(Status.FAILED, ReasonCode.INTERNAL_ERROR)

    def case(self, work: MemberWork) -> Case:
        """All that is decided by."""
        return work.case(self._payload(work.record), self.connection.policy, self.connection.reconfirmation)

    def digest(self, record: Record) -> str | None:
        """Of what would be sent for the member; None where nothing can be."""
        payload = self._payload(record)
        return payload.digest if isinstance(payload, Payload) else None

    @property
    def setup(self) -> AudienceSetup:
        """What the audience can hold, as last read."""
        if self._setup is None:
            self._setup = self.ledger.audience_setup(self.connection.id)
        return self._setup

    def renew(self, setup: AudienceSetup) -> None:
        """The audience can hold something else now: a tag was made, or a field was changed."""
        self._setup = setup
        self.ledger.save_audience_setup(self.connection.id, setup)

    def learn_permissions(self, audience: Audience) -> None:
        """Mailchimp shows the ids of marketing permissions on contacts only, so that an empty audience is read again
        once it has its first ones. Where that fails, the nightly check learns them."""
        if self.connection.permissions and not self.setup.permissions:
            with suppress(AccordError):
                self.renew(audience.setup())

    def _payload(self, record: Record) -> Payload | InvalidField | None:
        if record.profile is None or record.profile.email is None:
            return None
        profile = record.profile
        if record.own_change is not None and record.own_change.email:
            profile = profile.model_copy(update={"email": record.own_change.email})
        payload = payload_of(profile, self.connection.mapping, self.setup, self.national_phone)
        if isinstance(payload, InvalidField) or not self.connection.permissions:
            return payload
        permissions = stated(record, self.connection.permissions, self.setup.permissions)
        return payload.model_copy(update={"permissions": permissions})
