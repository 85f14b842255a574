"""Where the local AWS keeps what it installs, builds and writes."""

from pathlib import Path

PACKAGE = Path(__file__).parent
REPOSITORY = PACKAGE.parent.parent
BASE = REPOSITORY / ".local"
TEMPLATE = REPOSITORY / "template.yaml"
