"""Files of members: brought by operators, and carried out by the state machine `import`."""
# ruff: noqa: PLC0415

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from accord import clients
from accord.domain.adoption import id_by_address
from accord.settings import ImportMembersSettings, ManageImportsSettings

if TYPE_CHECKING:
    from accord.usecases.import_members import ImportMembers
    from accord.usecases.manage_imports import ManageImports
    from accord.usecases.recognise_caller import RecogniseCaller


@dataclass(frozen=True, slots=True)
class ManagingImports:
    """What the routes of `manage_imports` call."""

    recognise: "RecogniseCaller"
    manage: "ManageImports"


@cache
def manage_imports() -> ManagingImports:
    """HTTP -> state machine."""
    from uuid import uuid4

    from accord.usecases.manage_imports import ManageImports

    settings = ManageImportsSettings.from_environment()
    return ManagingImports(
        recognise=clients.recognise(clients.ledger(settings), settings.operator_secret_arn),
        manage=ManageImports(
            runs=clients.runs(settings),
            files=clients.import_files(settings.files_bucket_name),
            imports=clients.state_machine(settings.import_state_machine_arn),
            clock=clients.SystemClock(),
            new_token=lambda: uuid4().hex,
        ),
    )


@cache
def import_members() -> "ImportMembers":
    """File -> `bulk-changes`, and `member-changes` for opt-outs."""
    from accord.adapters.files.lines import open_table
    from accord.usecases.import_members import ImportMembers
    from accord.usecases.importing.compare_snapshot import CompareSnapshot

    settings = ImportMembersSettings.from_environment()
    key_of = clients.key_of(settings.address_key_secret_arn)
    bulk = clients.queue(settings.bulk_changes_queue_url)
    return ImportMembers(
        connections=clients.connections(settings),
        runs=clients.runs(settings),
        files=clients.import_files(settings.files_bucket_name),
        open_table=open_table,
        id_of=lambda email: id_by_address(key_of(email)),
        urgent=clients.queue(settings.member_changes_queue_url),
        bulk=bulk,
        compare_with=CompareSnapshot(clients.ledger(settings), bulk),
        sendings=clients.sendings(settings),
        clock=clients.SystemClock(),
    )
