"""template.yaml -> SAM -> a template and zips as CloudFormation takes them; nothing is done when nothing changed."""

import hashlib
import json
import os
import re
import shutil
import subprocess
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from .install import Progress, locked, python, silent
from .paths import BASE, TEMPLATE

BUCKET = "local-aws-artifacts"

# Read as lines and not as YAML: intrinsic functions make it a dialect, and SAM's own output has each URI on a line.
LOCAL_URI = re.compile(r"(?P<key>\b(?:CodeUri|ContentUri|DefinitionUri): *)(?P<path>[^\s,{}]+)")
NOT_BUILT = frozenset({"__pycache__", ".aws-sam", ".local", ".venv", ".git"})


class BuildError(Exception):
    """SAM could not build; the message ends with what it said."""


@dataclass(frozen=True)
class Build:
    """A folder with `template.yaml`, ready for CloudFormation, and the artifacts it names in `BUCKET`."""

    folder: Path

    @property
    def template(self) -> Path:
        return self.folder / "template.yaml"


def build(template: Path = TEMPLATE, base: Path = BASE, progress: Progress = silent) -> Build:
    """Build `template` with the SAM CLI, unless the last build was of the same files; `install` must have run.

    Its inputs are the template and all that lies in the folders that its URIs name. Raises BuildError.
    """
    template, base = template.resolve(), base.resolve()
    if not template.is_file():
        raise BuildError(f"there is no {template}")
    work = base / "builds" / hashlib.sha256(str(template).encode()).hexdigest()[:12]
    with locked(work.with_suffix(".lock")):
        stamp, digest = work / "built", _digest(template)
        if not stamp.exists() or stamp.read_text() != digest:
            stamp.unlink(missing_ok=True)
            _sam_build(template, base, work, progress)
            _package(work / "sam" / "template.yaml", work / "package")
            stamp.write_text(digest)
    return Build(work / "package")


def _digest(template: Path) -> str:
    inputs = sorted({template, *(file for path in _local_paths(template) for file in _files(path, NOT_BUILT))})
    contents = [(str(file), hashlib.sha256(file.read_bytes()).hexdigest()) for file in inputs]
    return hashlib.sha256(json.dumps(contents).encode()).hexdigest()


def _local_paths(template: Path) -> Iterator[Path]:
    for found in LOCAL_URI.finditer(template.read_text()):
        if found["path"].startswith(("s3:", "!")):
            continue
        path = template.parent / found["path"].strip("'\"")
        if not path.exists():  # SAM passes over it with a warning
            raise BuildError(f"{path}, which {template} names, does not exist")
        yield path.resolve()


def _files(path: Path, but: frozenset[str] = frozenset()) -> Iterator[Path]:
    if path.is_file():
        yield path
    for folder, subfolders, names in os.walk(path):
        subfolders[:] = sorted(set(subfolders) - but)
        yield from (Path(folder, name) for name in sorted(names))


def _sam_build(template: Path, base: Path, work: Path, progress: Progress) -> None:
    sam = python(base, "sam")
    command: list[str | Path] = [sam, "-m", "samcli", "build", "--template", template, "--cached", "--parallel"]
    command += ["--build-dir", work / "sam", "--cache-dir", work / "cache"]
    environment = {
        **{name: value for name, value in os.environ.items() if name not in {"AWS_PROFILE", "PYTHONPATH"}},
        "PATH": f"{sam.parent}:{os.environ.get('PATH', '/usr/bin:/bin')}",  # SAM looks there for a python3.13 with pip
        "SAM_CLI_TELEMETRY": "0",
        "AWS_DEFAULT_REGION": "us-east-1",
    }
    work.mkdir(parents=True, exist_ok=True)
    said = []
    with subprocess.Popen(
        command, cwd=template.parent, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as building:
        for line in building.stdout or ():
            said.append(line)
            if line.startswith(("Building", "Valid cache")):
                progress(line.strip())
    if building.returncode:
        raise BuildError(f"sam build of {template} failed:\n{''.join(said[-40:])}")


def _package(built: Path, package: Path) -> None:
    """What `sam package` does, without its start of some seconds: zip each artifact, and name it by its content."""
    shutil.rmtree(package, ignore_errors=True)
    package.mkdir(parents=True)

    def packaged(found: re.Match[str]) -> str:
        path = (built.parent / found["path"]).resolve()
        if not path.exists():
            return found[0]
        return f"{found['key']}s3://{BUCKET}/{_artifact(path, package)}"

    (package / "template.yaml").write_text(LOCAL_URI.sub(packaged, built.read_text()))


def _artifact(path: Path, package: Path) -> str:
    digest = hashlib.sha256()
    for file in sorted(_files(path)):
        digest.update(str(file.relative_to(path)).encode() + b"\0" + file.read_bytes())
    artifact = package / f"{digest.hexdigest()}{path.suffix if path.is_file() else '.zip'}"
    if path.is_file():
        shutil.copy(path, artifact)
    elif not artifact.exists():
        _zip(path, artifact)
    return artifact.name


def _zip(folder: Path, archive: Path) -> None:
    """The same bytes for the same content, so that the unpacked layers of earlier runs serve again."""
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as zipped:
        for file in sorted(_files(folder)):
            entry = zipfile.ZipInfo(str(file.relative_to(folder)))  # dated 1980, as all are
            entry.external_attr = (file.stat().st_mode & 0xFFFF) << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            zipped.writestr(entry, file.read_bytes())
