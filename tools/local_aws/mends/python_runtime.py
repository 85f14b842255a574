"""Python functions run as on AWS: real runtime client, declared Python, layers in one tree, no foreign environment.

MiniStack runs them inside its own Python, with its packages and its variables, and calls every error
`Runtime.HandlerError`. Its executor for `provided` runtimes speaks the real Runtime API, so Python functions go there.
"""

import os
from pathlib import Path
from typing import Any

from ministack.core import lambda_runtime
from ministack.services import lambda_svc

from .layers import layer_tree

BOOTSTRAP = '#!/bin/sh\nexec "$LOCAL_AWS_INTERPRETER" -m awslambdaric "$_HANDLER"\n'

type Config = dict[str, Any]


def mend() -> None:
    """Send zip functions of a `python` runtime to the Runtime API, each with AWS's environment and no other."""
    worker_class, run_elsewhere = lambda_runtime._worker_class_for, lambda_svc._execute_function_warm
    code_folder, other_environment = lambda_svc._provided_runtime_code_dir, lambda_svc._provided_worker_env

    def class_for(config: Config) -> Any:
        return lambda_runtime.ProvidedWorker if _is_python(config) else worker_class(config)

    def execute(function: dict[str, Any], event: Any, request_id: str) -> Any:
        runs = lambda_svc._execute_function_provided_warm if _is_python(function["config"]) else run_elsewhere
        return runs(function, event, request_id)

    def code_with_bootstrap(code: bytes) -> str:
        folder: str = code_folder(code)
        with lambda_svc._provided_code_lock:
            _write_bootstrap(Path(folder))
        return folder

    def environment(config: Config, code: str, port: int) -> dict[str, str]:
        if not _is_python(config):
            inherited: dict[str, str] = other_environment(config, code, port)
            return inherited
        return _environment(config, code, port)

    lambda_runtime._worker_class_for = class_for
    lambda_svc._execute_function_warm = execute
    lambda_svc._provided_runtime_code_dir = code_with_bootstrap
    lambda_svc._provided_worker_env = environment
    _answer_at_once()


def _is_python(config: Config) -> bool:
    return str(config.get("Runtime", "")).startswith("python")


def _write_bootstrap(folder: Path) -> None:
    bootstrap = folder / "bootstrap"
    if not bootstrap.exists():
        written = folder / "bootstrap.new"
        written.write_text(BOOTSTRAP)
        written.chmod(0o755)
        written.rename(bootstrap)


def _environment(config: Config, code: str, port: int) -> dict[str, str]:
    """As https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html has it, and the emulator's address."""
    runtime, name = config["Runtime"], config["FunctionName"]
    interpreter = os.environ.get(f"LOCAL_AWS_{runtime.upper().replace('.', '_')}")
    if not interpreter:
        raise lambda_runtime.ProvidedRuntimeError(f"no {runtime} on this machine", "Runtime.InvalidRuntime")
    logging = config.get("LoggingConfig") or {}
    layers = layer_tree(config)
    paths = [code, f"{layers}/python/lib/{runtime}/site-packages", f"{layers}/python"]
    environment = {
        **lambda_svc._runtime_env_vars(config),
        **lambda_runtime.execution_credentials(config),
        "AWS_REGION": lambda_svc.get_region(),
        "AWS_DEFAULT_REGION": lambda_svc.get_region(),
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{os.environ['GATEWAY_PORT']}",
        "AWS_EXECUTION_ENV": f"AWS_Lambda_{runtime}",
        "AWS_LAMBDA_FUNCTION_NAME": name,
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(config["MemorySize"]),
        "AWS_LAMBDA_FUNCTION_VERSION": config["Version"],
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_LAMBDA_LOG_GROUP_NAME": logging.get("LogGroup") or f"/aws/lambda/{name}",
        "AWS_LAMBDA_LOG_STREAM_NAME": lambda_svc.new_uuid(),
        "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{port}",
        "LAMBDA_RUNTIME_DIR": "/var/runtime",
        "LAMBDA_TASK_ROOT": code,
        "LANG": "en_US.UTF-8",
        "LOCAL_AWS_INTERPRETER": interpreter,
        "PATH": f"{Path(interpreter).parent}:/usr/local/bin:/usr/bin:/bin:{layers}/bin",
        "PYTHONNOUSERSITE": "1",
        "PYTHONUNBUFFERED": "1",
        "TMPDIR": os.environ["TMPDIR"],
        "TZ": ":UTC",
        "_HANDLER": config["Handler"],
    }
    environment["PYTHONPATH"] = ":".join([*paths, *filter(None, [environment.get("PYTHONPATH")])])
    if logging.get("LogFormat") == "JSON":
        environment |= {
            "AWS_LAMBDA_LOG_FORMAT": "JSON",
            "AWS_LAMBDA_LOG_LEVEL": logging.get("ApplicationLogLevel", "INFO"),
        }
    return environment


def _answer_at_once() -> None:
    """Drop two delays per invocation: 40 ms by Nagle's algorithm, 50 ms for a log line that may not come."""
    worker = lambda_runtime.ProvidedWorker
    build, drain = worker._build_handler_class, worker._drain_stderr_bounded

    def build_unbuffered(self: Any, generation: int, pending: Any) -> Any:
        handler = build(self, generation, pending)
        handler.disable_nagle_algorithm = True
        handler.wbufsize = 65536  # head and body leave as one segment
        return handler

    def drain_quickly(self: Any, first_line_wait: float = 0.004, idle_confirm: float = 0.002) -> Any:
        return drain(self, first_line_wait, idle_confirm)

    worker._build_handler_class, worker._drain_stderr_bounded = build_unbuffered, drain_quickly
