"""What people wrote, in memory: surveys with their responses, conversations of contacts, and batches that read both."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from accord.domain.activity import Answer
from accord.domain.inbox import Response, Survey, Thread, Told
from accord.errors import Refusal, Rejected
from accord.ports.inbox import AskedContact


@dataclass(slots=True)
class FakeInbox:
    """`Inbox` in dictionaries. A batch is over after `looks` looks at it."""

    answered: dict[Survey, list[tuple[Response, tuple[Answer, ...]]]] = field(default_factory=dict)
    threads: dict[str, list[Thread]] = field(default_factory=dict)
    """By the reference of the contact."""
    looks: int = 0
    calls: list[str] = field(default_factory=list)
    batches: dict[str, tuple[list[AskedContact], list[Response]]] = field(default_factory=dict)

    def surveys(self) -> list[Survey]:
        self.calls.append("surveys")
        return list(self.answered)

    def responses(self, survey: Survey) -> list[Response]:
        self.calls.append(f"responses {survey.id}")
        if survey not in self.answered:
            raise Rejected(Refusal.NOT_FOUND, "report")
        return [response for response, _ in self.answered[survey]]

    def ask(self, contacts: Sequence[AskedContact], responses: Sequence[Response]) -> str:
        if not contacts and not responses:
            raise ValueError("a batch has at least one operation")
        name = f"batch-{len(self.batches)}"
        self.calls.append("ask")
        self.batches[name] = list(contacts), list(responses)
        return name

    def told(self, batch_id: str) -> Iterator[Told] | None:
        self.calls.append("look")
        if batch_id not in self.batches:
            raise Rejected(Refusal.NOT_FOUND, "report")
        if self.looks:
            self.looks -= 1
            return None
        return iter(self._results(*self.batches[batch_id]))

    def _results(self, contacts: list[AskedContact], responses: list[Response]) -> list[Told]:
        found = [Told(name, tuple(self.threads.get(reference, ()))) for name, reference in contacts]
        answers = {response.id: given for kept in self.answered.values() for response, given in kept}
        untitled = [each._replace(survey=each.survey._replace(title="")) for each in responses if each.id in answers]
        return [*found, *(Told(response=each, answers=answers[each.id]) for each in untitled)]
