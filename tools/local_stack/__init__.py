"""Accord on one's own machine, all of it: what `make run`, `make demo`, the system tests and the benchmarks start.

with LocalStack() as stack:
    stack.api.post(sample_changes(1_000))
    counts = stack.api.wait_until_settled(1_000)
    stack.audience.add_fault("503_bare")
"""

from tools.local_stack.api import Api, NotSettledError
from tools.local_stack.mailchimp import Account, MailchimpError, SimulatorProcess
from tools.local_stack.stack import CONNECTION_ID, STACK_NAME, LocalStack, Unwatched, Watcher
from tools.local_stack.stack_file import StackFile, StackInfo, TakenError
from tools.local_stack.timing import Timings

__all__ = [
    "CONNECTION_ID",
    "STACK_NAME",
    "Account",
    "Api",
    "LocalStack",
    "MailchimpError",
    "NotSettledError",
    "SimulatorProcess",
    "StackFile",
    "StackInfo",
    "TakenError",
    "Timings",
    "Unwatched",
    "Watcher",
]
