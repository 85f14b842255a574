"""What MiniStack drops or does otherwise than AWS, mended: one module each, applied before it serves."""

from . import (
    batch_reads,
    distributed_map,
    function_logs,
    function_properties,
    http_api_body,
    http_errors,
    python_runtime,
    queue_batches,
    schedules,
    secret_ref,
    table_settings,
    unknown_types,
)


def mend() -> None:
    """Apply every mend, once, in the emulator's process."""
    for module in (
        unknown_types,
        http_api_body,
        http_errors,
        table_settings,
        batch_reads,
        secret_ref,
        function_properties,
        python_runtime,
        function_logs,
        queue_batches,
        schedules,
        distributed_map,
    ):
        module.mend()
