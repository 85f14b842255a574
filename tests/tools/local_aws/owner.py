"""Starts an emulator with one function at work in it, says its process group, and waits to be killed."""

import io
import sys
import time
import zipfile
from pathlib import Path

from tools.local_aws import Emulator

CODE = "import os\ndef handler(event, context): return os.getpgid(0)\n"

emulator = Emulator(Path(sys.argv[1]))
emulator.start()
role = emulator.client("iam").create_role(RoleName="worker", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
archive = io.BytesIO()
with zipfile.ZipFile(archive, "w") as code:
    code.writestr("app.py", CODE)
functions = emulator.client("lambda")
functions.create_function(
    FunctionName="worker",
    Runtime="python3.13",
    Handler="app.handler",
    Role=role,
    Code={"ZipFile": archive.getvalue()},
)
print(functions.invoke(FunctionName="worker")["Payload"].read().decode(), flush=True)
time.sleep(60)
