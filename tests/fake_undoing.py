"""Before-images in memory."""

from collections.abc import Sequence

from accord.domain.before_image import BeforeImage
from accord.ports import Page


class FakeImages:
    """`Images` in a dictionary, by connection, member, run and image."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str, str, str], BeforeImage] = {}
        self.saved = 0
        """How many were stored, one over the other included."""

    def save(self, connection_id: str, images: Sequence[BeforeImage]) -> None:
        self.kept |= {(connection_id, each.member_id, each.run_id, each.id): each for each in images}
        self.saved += len(images)

    def of_run(self, connection_id: str, run_id: str, after: str | None, limit: int) -> Page[BeforeImage]:
        if after is not None and not after.startswith("after "):
            raise ValueError("this is no cursor of a run's images")
        done = after.removeprefix("after ") if after is not None else ""
        names = sorted(n for n in self.kept if n[0] == connection_id and n[2] == run_id and n[1] > done)
        found: list[BeforeImage] = []
        for name in names:
            if len(found) >= limit and found[-1].member_id != name[1]:
                return Page(found, f"after {found[-1].member_id}")
            found.append(self.kept[name])
        return Page(found, None)

    def forget(self, connection_id: str, member_id: str) -> None:
        for name, image in self.kept.items():
            if name[:2] == (connection_id, member_id):
                self.kept[name] = image.bare
