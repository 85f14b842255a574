"""The layers of a function in one folder, as /opt is on AWS: unpacked once per content, for every emulator."""

import hashlib
import io
import os
import shutil
import tempfile
import zipfile
from pathlib import Path
from typing import Any

from ministack.services import lambda_svc


def layer_tree(config: dict[str, Any]) -> Path:
    """The folder with all layers of the function `config`, a later one over an earlier one, as AWS has it.

    It outlives the emulator, so that Python compiles the modules in it once and not at every start.
    """
    contents = [content for each in config.get("Layers") or [] if (content := lambda_svc._resolve_layer_zip(each))]
    digest = hashlib.sha256(b"".join(hashlib.sha256(content).digest() for content in contents)).hexdigest()
    cache = Path(os.environ["LOCAL_AWS_CACHE"])
    tree = cache / digest[:20]
    if not tree.exists():
        cache.mkdir(parents=True, exist_ok=True)
        unpacked = Path(tempfile.mkdtemp(dir=cache, prefix="."))
        for content in contents:
            with zipfile.ZipFile(io.BytesIO(content)) as layer:
                lambda_svc._extract_zip_preserving_mode(layer, str(unpacked))
        _settle(unpacked, tree)
    return tree


def _settle(unpacked: Path, tree: Path) -> None:
    try:
        unpacked.rename(tree)
    except OSError:  # somebody else was faster, with the same content
        shutil.rmtree(unpacked)
