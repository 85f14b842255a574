"""Interest categories (groups) of an audience and the interests in them (FACTS 1.4)."""

from dataclasses import dataclass, field

from tools.mailchimp_simulator.domain.body import Body, one_of, read, required
from tools.mailchimp_simulator.domain.ids import short_id
from tools.mailchimp_simulator.domain.problems import invalid_resource, not_found

TYPES = frozenset(("checkboxes", "dropdown", "radio", "hidden"))


@dataclass(slots=True)
class Interest:
    id: str
    category_id: str
    name: str
    display_order: int


@dataclass(slots=True)
class Category:
    id: str
    title: str
    type: str
    display_order: int
    interests: dict[str, Interest] = field(default_factory=dict)

    def get(self, interest_id: str) -> Interest:
        if interest_id not in self.interests:
            raise not_found()
        return self.interests[interest_id]

    def create(self, body: Body) -> Interest:
        name = self._free(required(body, "name"))
        order = read(body, "display_order", int, len(self.interests) + 1)
        made = Interest(short_id(), self.id, name, order)
        self.interests[made.id] = made
        return made

    def change(self, interest_id: str, body: Body) -> Interest:
        known = self.get(interest_id)
        name = read(body, "name", str, known.name)
        known.name = name if name == known.name else self._free(name)
        known.display_order = read(body, "display_order", int, known.display_order)
        return known

    def _free(self, name: str) -> str:
        if any(known.name.lower() == name.lower() for known in self.interests.values()):
            raise invalid_resource(f'Cannot add "{name}" because it already exists on the list.')
        return name


class Interests:
    """All categories of an audience."""

    def __init__(self) -> None:
        self.categories: dict[str, Category] = {}

    def get(self, category_id: str) -> Category:
        if category_id not in self.categories:
            raise not_found()
        return self.categories[category_id]

    def create(self, body: Body) -> Category:
        title, kind = self._free(required(body, "title")), one_of(body, "type", TYPES)
        order = read(body, "display_order", int, len(self.categories))
        made = Category(short_id(), title, kind, order)
        self.categories[made.id] = made
        return made

    def change(self, category_id: str, body: Body) -> Category:
        known = self.get(category_id)
        title = read(body, "title", str, known.title)
        known.title = title if title == known.title else self._free(title)
        known.type = one_of(body, "type", TYPES, known.type)
        known.display_order = read(body, "display_order", int, known.display_order)
        return known

    def all_ids(self) -> list[str]:
        return [interest for category in self.categories.values() for interest in category.interests]

    def _free(self, title: str) -> str:
        if any(known.title.lower() == title.lower() for known in self.categories.values()):
            raise invalid_resource(f'Cannot add "{title}" because it already exists on the list.')
        return title
