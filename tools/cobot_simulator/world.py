"""All that the routes share: the spaces, who asked for access, what was called, and what is on its way."""

from collections import Counter
from dataclasses import dataclass, field

from tools.cobot_simulator.delivery import Deliveries
from tools.cobot_simulator.space import Clock, ImpossibleError, Pace, Space


@dataclass(slots=True)
class World:
    """One Cobot."""

    deliveries: Deliveries
    clock: Clock = field(default_factory=Clock)
    pace: Pace = field(default_factory=Pace)
    spaces: dict[str, Space] = field(default_factory=dict)
    codes: dict[str, tuple[frozenset[str], str]] = field(default_factory=dict)
    """Of those whom the admin let in and who have not yet fetched their token: the scopes, and where they came from."""
    admin_agrees: bool = True
    calls: Counter[str] = field(default_factory=Counter)
    refused: int = 0
    url: str = ""

    def open_space(self, name: object) -> Space:
        """A new space. Raises ImpossibleError."""
        if not isinstance(name, str) or not name.isalnum() or name in self.spaces:
            raise ImpossibleError("space: letters and digits, and none that is there already")
        space = Space(name, self.clock, self.pace)
        self.spaces[name] = space
        return space

    def space_url(self, space: Space) -> str:
        """Where the space is: of the real one a host of its own."""
        return f"{self.url}/{space.name}"
