"""A run that schedules begin: noted in the ledger before it is carried out, and once."""

from accord.domain.run import Run
from accord.ports.tending import Runs


def note_run(runs: Runs, run: Run) -> Run:
    """As it is noted already, if it is: what is begun again goes on with it."""
    known = runs.run(run.connection_id, run.id)
    if known is None:
        runs.save(run)
    return known or run
