"""What processes use, as Linux tells it under /proc: the greatest memory that each ever had."""

from pathlib import Path

PROC = Path("/proc")


def peak_memory(pid: int) -> float:
    """MiB of resident memory at its highest; 0 where the system does not tell."""
    try:
        status = (PROC / str(pid) / "status").read_text()
    except OSError:
        return 0.0
    peak = next((line.split()[1] for line in status.splitlines() if line.startswith("VmHWM:")), "0")
    return int(peak) / 1024


def workers_of(emulator: int, function: str) -> list[int]:
    """The processes in which a running emulator executes the function whose name contains `function`."""
    wanted = b"AWS_LAMBDA_FUNCTION_NAME="
    found = []
    for pid in _children(emulator):
        try:
            variables = (PROC / str(pid) / "environ").read_bytes().split(b"\0")
        except OSError:  # it ended meanwhile
            continue
        if any(variable.startswith(wanted) and function.encode() in variable for variable in variables):
            found.append(pid)
    return found


def _children(pid: int) -> list[int]:
    """All processes below this one."""
    direct: list[int] = []
    for listed in PROC.glob(f"{pid}/task/*/children"):
        try:
            direct += map(int, listed.read_text().split())
        except OSError:
            continue
    return [each for child in direct for each in (child, *_children(child))]
