"""Operators: the summary of what a first import would do, and the approval with which it begins."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from accord.domain.binding import Binding, Bindings, bind
from accord.domain.connection import Connection, MergeField
from accord.domain.lifecycle import NotAllowed, Step, stepped
from accord.domain.run import Run, RunKind
from accord.domain.summary import Summary
from accord.errors import Rejected
from accord.ports import Clock, Ledger, Page
from accord.ports.connections import Account, Connections, ConnectionSecrets, WebhookRegistration
from accord.ports.tending import Runs
from accord.usecases.connecting.change_connection import changed
from accord.usecases.connecting.reach_account import NotNowError, ReachAccount, refusals_named
from accord.usecases.manage_connections import not_allowed
from accord.usecases.tending.begin_run import BeginRun

A_LOOK = 20
"""Runs among which the newest summary is looked for."""


@dataclass(frozen=True, slots=True)
class ApproveConnection:
    """Nothing is written to an audience before this: now its missing fields are made and its webhook is registered,
    and everybody who waited is imported. `new_secret` makes an unguessable text for the webhook's URL."""

    connections: Connections
    secrets: ConnectionSecrets
    ledger: Ledger
    runs: Runs
    reach: ReachAccount
    registration_of: Callable[[Connection, str], WebhookRegistration]
    """Of the connection, and where this API answers."""
    begin: BeginRun
    new_secret: Callable[[], str]
    clock: Clock

    def summary(self, connection: Connection) -> Summary | None:
        """The newest one that is complete."""
        found = (run.summary for run in self.runs.page(connection.id, None, A_LOOK).items if run.done_at is not None)
        return next((summary for summary in found if summary is not None), None)

    def page(self, connection: Connection, after: str | None, limit: int) -> Page[Run]:
        """Its runs, newest first."""
        page, now = self.runs.page(connection.id, after, limit), self.clock.now()
        return Page([run.as_it_stands(now) for run in page.items], page.next)

    def fields(self, connection: Connection) -> Bindings:
        """Where each field of members goes in the audience as it is now. Raises NotNowError without an audience."""
        if not connection.audience_id:
            raise NotNowError("The connection has no audience yet: choose one first.")
        with refusals_named():
            setup = self.reach(connection).setup(connection.audience_id)
        return bind(connection.mapping, setup.merge_fields)

    def __call__(self, connection: Connection, summary_id: str, origin: str) -> tuple[Connection, Run]:
        """Live from now on, with the run of its first import. Raises NotNowError where the connection does not wait
        for an approval, or another summary than the newest one is approved; doing it again after an error goes on."""
        self._refuse(connection, summary_id)
        account = self.reach(connection)
        bindings = self._fields_made(account, connection)
        connection = self._registered(connection, origin)

        def live(known: Connection) -> Connection:
            moved = stepped(known, Step.APPROVE, self.clock.now())
            if isinstance(moved, NotAllowed):
                raise not_allowed(moved)
            approved = {"mapping": known.mapping | bindings.mapping, "approved_at": self.clock.now()}
            return moved.model_copy(update=approved)

        connection = changed(self.connections, connection, live)
        return connection, self.begin(connection, RunKind.FIRST_IMPORT)

    def _refuse(self, connection: Connection, summary_id: str) -> None:
        moved = stepped(connection, Step.APPROVE, self.clock.now())
        if isinstance(moved, NotAllowed):
            raise not_allowed(moved)
        newest = self.summary(connection)
        if newest is None or newest.id != summary_id:
            raise NotNowError("Another summary was made since: read it, and approve that one.")

    def _fields_made(self, account: Account, connection: Connection) -> Bindings:
        """What is there is bound, what is missing is made, and what the audience can hold is remembered."""
        with refusals_named():
            setup = account.setup(connection.audience_id, permissions=bool(connection.permissions))
            bindings = bind(connection.mapping, setup.merge_fields)
            if not bindings.fit:
                raise NotNowError("The mapping does not fit the audience any more: test the connection again.")
            made = tuple(self._made(account, connection, missing) for missing in bindings.to_create)
        if made:
            tags = dict(zip((each.source for each in bindings.to_create), (each.tag for each in made), strict=True))
            fields = tuple(
                each.model_copy(update={"tag": tags[each.source]}) if each.source in tags else each
                for each in bindings.fields
            )
            bindings = bindings.model_copy(update={"fields": fields})
            setup = setup.model_copy(update={"merge_fields": (*setup.merge_fields, *made)})
        self.ledger.save_audience_setup(connection.id, setup)
        return bindings

    def _made(self, account: Account, connection: Connection, missing: Binding) -> MergeField:
        try:
            return account.create_merge_field(connection.audience_id, missing.tag, missing.name, missing.type)
        except Rejected as refused:
            raise NotNowError(
                f"Mailchimp does not create the field {missing.tag} ({refused}): make room for it in the audience, or "
                f"leave {missing.source} out of the mapping."
            ) from refused

    def _registered(self, connection: Connection, origin: str) -> Connection:
        """With a webhook whose secret is known before Mailchimp calls its URL."""
        secret = self.new_secret()
        known = {"webhook_secret_hashes": (hashlib.sha256(secret.encode()).hexdigest(),)}
        connection = changed(self.connections, connection, lambda each: each.model_copy(update=known))
        try:
            with refusals_named():
                signs = self.registration_of(connection, origin).register(secret)
        except Rejected as refused:
            raise NotNowError(
                f"Mailchimp does not register the webhook ({refused}): look whether this API answers from outside."
            ) from refused
        self.secrets.update(connection.secret_arn, {"webhook_signing_secrets": list(signs)})
        told = {"webhook_signed": bool(signs), "webhook_checked_at": self.clock.now()}
        return changed(self.connections, connection, lambda each: each.model_copy(update=told))
