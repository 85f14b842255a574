"""The layers of a function in one folder, as /opt is on AWS: unpacked once per content, for every emulator."""

import hashlib
import io
import os
import shutil
import tempfile
import zipfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from ministack.services import lambda_svc


def layer_tree(config: dict[str, Any]) -> Path:
    """The folder with all layers of the function `config`, a later one over an earlier one, as AWS has it.

    What is unpacked outlives the emulator, so that Python compiles its modules once and not at every start; the tree
    itself is made of links, so that a layer that changes often costs no copy of one that does not.
    """
    contents = [content for each in config.get("Layers") or [] if (content := lambda_svc._resolve_layer_zip(each))]
    layers = [_made(_digest(content), partial(_unpack, content)) for content in contents]
    return _made(_digest(*(layer.name.encode() for layer in layers)), partial(_overlay, layers))


def _digest(*contents: bytes) -> str:
    digest = hashlib.sha256()
    for content in contents:
        digest.update(content)
    return digest.hexdigest()[:20]


def _made(name: str, make: Callable[[Path], None]) -> Path:
    """The folder `name` of the cache, made when it is not there yet; it appears whole or not at all."""
    cache = Path(os.environ["LOCAL_AWS_CACHE"])
    made = cache / name
    if not made.exists():
        cache.mkdir(parents=True, exist_ok=True)
        making = Path(tempfile.mkdtemp(dir=cache, prefix="."))
        make(making)
        try:
            making.rename(made)
        except OSError:  # somebody else was faster, with the same content
            shutil.rmtree(making)
    return made


def _unpack(content: bytes, place: Path) -> None:
    with zipfile.ZipFile(io.BytesIO(content)) as layer:
        lambda_svc._extract_zip_preserving_mode(layer, str(place))


def _overlay(layers: list[Path], place: Path) -> None:
    place.mkdir(exist_ok=True)
    for name in {entry.name for layer in layers for entry in layer.iterdir()}:
        found = [layer / name for layer in layers if (layer / name).exists()]
        if len(found) > 1 and all(entry.is_dir() for entry in found):
            _overlay(found, place / name)
        else:
            (place / name).symlink_to(found[-1])
