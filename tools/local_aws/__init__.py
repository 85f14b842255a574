"""An AWS on one's own machine, without Docker or an account: MiniStack, mended, and the project's template in it.

    install()
    built = build()
    with Emulator() as emulator:
        outputs = deploy(emulator, built, "accord-local", {"Stage": "local"})
        api = emulator.api_url(outputs["ApiUrl"])

`python -m tools.local_aws` does the same and stays until Ctrl-C.
"""

from .build import Build, BuildError, build
from .deploy import DeployError, deploy
from .emulator import Emulator, EmulatorError
from .install import InstallError, Progress, install
from .paths import BASE, TEMPLATE

__all__ = [
    "BASE",
    "TEMPLATE",
    "Build",
    "BuildError",
    "DeployError",
    "Emulator",
    "EmulatorError",
    "InstallError",
    "Progress",
    "build",
    "deploy",
    "install",
]
