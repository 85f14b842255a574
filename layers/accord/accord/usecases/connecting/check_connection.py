"""Operators: does the connection work? Account, audience, fields, webhook and notices, one after the other."""

from collections.abc import Callable
from dataclasses import dataclass

from accord.domain.binding import Bindings, Clash, Fit, bind
from accord.domain.checks import Check, Checked, Finding
from accord.domain.connection import Connection, ConnectionState
from accord.domain.connection_reasons import ConnectionReason
from accord.domain.lifecycle import NotAllowed, Step, going_on, stepped, what_is_missing
from accord.errors import Misconfigured, Retryable
from accord.ports import Clock, EndpointRefusedError, Ledger
from accord.ports.connections import Account, Connections
from accord.usecases.connecting.change_connection import changed
from accord.usecases.connecting.check_permissions import check_permissions
from accord.usecases.connecting.reach_account import NotNowError, ReachAccount


@dataclass(frozen=True, slots=True)
class CheckConnection:
    """Writes nothing to Mailchimp. What is found moves a connection that is on its way, and mends a broken one."""

    connections: Connections
    ledger: Ledger
    reach: ReachAccount
    check_endpoint: Callable[[str], None]
    begin_reading: Callable[[Connection], object]
    """Begins the reading of the audience that leads to the summary, unless one is under way."""
    clock: Clock
    check_space: Callable[[Connection], list[Checked]]

    def __call__(self, connection: Connection) -> tuple[list[Checked], Connection]:
        """What was found, and the connection as it stands then. Raises NotNowError for one that is disconnected."""
        if connection.state is ConnectionState.DISCONNECTED:
            raise NotNowError("A connection that is disconnected calls nobody: reconnect it first.")
        checks = self._in_mailchimp(connection)
        checks += [self._webhook(connection), self._notices(connection)]
        checks += self.check_space(connection)
        if any(each.finding in {Finding.MAILCHIMP_AWAY, Finding.SPACE_AWAY} for each in checks):
            return checks, connection  # an outage says nothing of the connection
        names = _names(checks)
        moved = changed(self.connections, connection, lambda known: self._moved(known, checks).model_copy(update=names))
        if moved.state is ConnectionState.CHECKED:
            self.begin_reading(moved)
        return checks, moved

    def _in_mailchimp(self, connection: Connection) -> list[Checked]:
        """Account, audience and fields; permissions where some are mapped."""
        found: list[Checked] = []
        try:
            account = self.reach(connection)
            found.append(Checked(Check.ACCOUNT, Finding.ACCOUNT_ANSWERS, account.name()))
            found += self._audience(connection, account)
        except NotNowError:
            found.append(Checked(Check.ACCOUNT, Finding.ACCOUNT_MISSING))
        except Misconfigured as error:
            happened = str(error).partition(":")[0]
            found.append(Checked(_next(found), Finding.ACCOUNT_REFUSED, happened))
        except Retryable:
            found.append(Checked(_next(found), Finding.MAILCHIMP_AWAY))
        done = {each.check for each in found}
        rest = [each for each in (Check.AUDIENCE, Check.FIELDS) if each not in done]
        return found + [Checked(each, Finding.NOT_LOOKED_AT) for each in rest]

    def _audience(self, connection: Connection, account: Account) -> list[Checked]:
        if not connection.audience_id:
            return [Checked(Check.AUDIENCE, Finding.AUDIENCE_MISSING)]
        there = next((each for each in account.listed().audiences if each.id == connection.audience_id), None)
        if there is None:
            return [Checked(Check.AUDIENCE, Finding.AUDIENCE_GONE)]
        mapped = connection.permissions
        setup = account.setup(connection.audience_id, permissions=bool(mapped))
        self.ledger.save_audience_setup(connection.id, setup)
        fields = _fields(bind(connection.mapping, setup.merge_fields))
        permissions = [check_permissions(mapped, there, setup)] if mapped else []
        return [Checked(Check.AUDIENCE, Finding.AUDIENCE_THERE, there.name), fields, *permissions]

    def _webhook(self, connection: Connection) -> Checked:
        registered = bool(connection.webhook_secret_hashes)
        return Checked(Check.WEBHOOK, Finding.WEBHOOK_REGISTERED if registered else Finding.WEBHOOK_TO_COME)

    def _notices(self, connection: Connection) -> Checked:
        if not connection.notice_url:
            return Checked(Check.NOTICES, Finding.NOTICES_UNWANTED)
        if connection.notices_stopped:
            return Checked(Check.NOTICES, Finding.NOTICES_STOPPED, connection.notices_stopped)
        try:
            self.check_endpoint(connection.notice_url)
        except (EndpointRefusedError, Retryable) as error:
            return Checked(Check.NOTICES, Finding.NOTICES_REFUSED, str(error))
        return Checked(Check.NOTICES, Finding.NOTICES_POSSIBLE)

    def _moved(self, connection: Connection, checks: list[Checked]) -> Connection:
        """What the checks do to the state. A connection at work is not stopped by a test: its own calls do that."""
        failed = [each for each in checks if not each.ok]
        now = self.clock.now()
        by_check = {each.check: each for each in checks}
        is_stopped = connection.state is ConnectionState.BROKEN or connection.lacks_audience
        if is_stopped and _answers_again(connection, by_check):
            moved = going_on(connection, now)
        elif not failed:
            moved = stepped(connection, Step.CHECK, now)
        else:
            code, detail = _why(connection, failed)
            moved = stepped(connection, Step.FAIL_CHECK, now, code, detail)
        return connection if isinstance(moved, NotAllowed) else moved


def _fields(bindings: Bindings) -> Checked:
    clashes = {binding.source: binding.clash for binding in bindings.fields if binding.fit is Fit.CLASH}
    if Clash.NO_ROOM in clashes.values():
        return Checked(Check.FIELDS, Finding.FIELDS_TOO_MANY, ", ".join(sorted(clashes)))
    if clashes:
        return Checked(Check.FIELDS, Finding.FIELDS_CLASH, ", ".join(sorted(clashes)))
    if missing := [binding.tag for binding in bindings.to_create]:
        return Checked(Check.FIELDS, Finding.FIELDS_TO_CREATE, ", ".join(sorted(missing)))
    return Checked(Check.FIELDS, Finding.FIELDS_FIT)


def _answers_again(connection: Connection, by_check: dict[Check, Checked]) -> bool:
    """Whether that answers which broke the connection: Mailchimp, or the application."""
    if connection.is_refused_by_application:
        return Check.SPACE in by_check and by_check[Check.SPACE].finding is Finding.SPACE_ANSWERS
    return by_check[Check.FIELDS].finding is not Finding.NOT_LOOKED_AT


def _why(connection: Connection, failed: list[Checked]) -> tuple[ConnectionReason, str]:
    missing = what_is_missing(connection)
    if missing is not ConnectionReason.READY_TO_CHECK:
        return missing, ""
    if failed[0].finding is Finding.FIELDS_CLASH:
        return ConnectionReason.FIELDS_CLASH, failed[0].detail
    return ConnectionReason.CHECK_FAILED, ", ".join(each.check.value for each in failed)


def _names(checks: list[Checked]) -> dict[str, str]:
    """What account and audience call themselves by now."""
    named = {Finding.ACCOUNT_ANSWERS: "account_name", Finding.AUDIENCE_THERE: "audience_name"}
    return {named[each.finding]: each.detail for each in checks if each.finding in named}


def _next(found: list[Checked]) -> Check:
    """The check that was under way: after the account comes the audience."""
    return Check.AUDIENCE if found else Check.ACCOUNT
