"""A desk for unit tests, to which files of members are brought: imported as the state machine does it, over fakes."""

from itertools import count
from typing import Any

from accord.adapters.files.lines import open_table
from accord.domain.connection import Connection
from accord.domain.file_import import ImportMode, Phase
from accord.domain.run import Run
from accord.ports import QueuedChanges
from accord.usecases.import_members import ImportMembers
from accord.usecases.importing.compare_snapshot import CompareSnapshot
from accord.usecases.manage_imports import ManageImports
from tests.builders import a_connection, key_of, minutes
from tests.fake_connections import FakeConnections
from tests.fake_importing import FakeImportFiles, FakeImports, FakeSendings
from tests.fake_tending import FakeRuns
from tests.fakes import FakeClock, FakeLedger, FakeQueue

FRENCH = "\n".join(
    [
        "Identifiant;E-mail;Prénom;Nom;Formule;Consentement;Date de consentement;Couleur préférée",
        "m-1;margot@scree.test;Margot;Marmotte;Hibernation;oui;03/04/2024;brun",
        "m-2;pas une adresse;Pierre;Pika;Foin;oui;03/04/2024;gris",
        "m-3;ursule@scree.test;Ursule;Ourse;Hibernation;non;;noir",
        "",
    ]
)
"""One line is bad: the address of m-2."""


def lines_of(count: int, *, first: int = 1) -> str:
    """A file of so many members, all good."""
    rows = (f"m-{n},vole{n}@burrow.test,Vera{n}" for n in range(first, first + count))
    return "\n".join(["id,email,first_name", *rows, ""])


class Desk:
    """`connection` is in its ledger; `urgent` and `bulk` keep what was sent."""

    def __init__(
        self,
        connection: Connection | None = None,
        ledger: FakeLedger | None = None,
        clock: FakeClock | None = None,
        sendings: FakeSendings | None = None,
    ) -> None:
        self.connection = connection or a_connection()
        self.ledger, self.runs, self.clock = ledger or FakeLedger(), FakeRuns(), clock or FakeClock()
        self.ledger.save_connection(self.connection)
        self.files, self.machine = FakeImportFiles(), FakeImports()
        self.sendings = sendings or FakeSendings()
        self.urgent, self.bulk = FakeQueue(), FakeQueue()
        tokens = count()
        self.manage = ManageImports(self.runs, self.files, self.machine, self.clock, lambda: f"{next(tokens):08d}")
        self.imports = ImportMembers(
            connections=FakeConnections(self.ledger),
            runs=self.runs,
            files=self.files,
            open_table=open_table,
            id_of=lambda email: f"by-address-{key_of(email)}",
            urgent=self.urgent,
            bulk=self.bulk,
            compare_with=CompareSnapshot(self.ledger, self.bulk),
            sendings=self.sendings,
            clock=self.clock,
        )

    def bring(self, body: str | bytes, mode: ImportMode = ImportMode.UPSERT, name: str = "members.csv") -> Run:
        """An import whose file has arrived, and that was begun."""
        made, _url = self.manage.create(self.connection, name, mode, "")
        content = body.encode() if isinstance(body, str) else body
        self.files.put(self.connection.id, made.run.id, content)
        begun = self.manage.begin(self.connection, made.run.id)
        assert begun is not None
        return begun.run

    def step(self, run: Run, phase: Phase, *, within: float = 10) -> Phase | None:
        """One invocation, with so many minutes."""
        steps = {
            Phase.WAITING: self.imports.count,
            Phase.COUNTING: self.imports.count,
            Phase.READING: self.imports.read,
            Phase.COMPARING: self.imports.compare,
            Phase.FINISHING: self.imports.finish,
        }
        return steps[phase](run.connection_id, run.id, self.clock.now() + minutes(within))

    def carry_out(self, run: Run, *, within: float = 10) -> Run:
        """From wherever it is until it ends, or waits."""
        phase: Phase | None = Phase.COUNTING
        while phase not in {None, Phase.WAITING}:
            phase = self.step(run, phase, within=within)
        return self.run(run)

    def imported(self, body: str | bytes, mode: ImportMode = ImportMode.UPSERT, **given: Any) -> Run:
        """A file, from its upload to its end."""
        return self.carry_out(self.bring(body, mode, **given))

    def approved(self, run: Run) -> Run:
        """What waited for its approval, carried out."""
        self.manage.approve(self.connection, run.id)
        return self.carry_out(run)

    def run(self, run: Run) -> Run:
        """As it stands."""
        return self.runs.kept[run.connection_id, run.id]

    def sent(self) -> list[QueuedChanges]:
        """All messages, those with opt-outs first."""
        return self.urgent.messages + self.bulk.messages

    def bad_lines(self, run: Run) -> list[str]:
        """The list of what is wrong, without its head."""
        return self.files.lists[run.connection_id, run.id].splitlines()[1:]
