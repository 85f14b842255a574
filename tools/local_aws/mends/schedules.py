"""EventBridge Scheduler: time zone, start and end of a stack's schedules, and context attributes in their input."""

import logging
import re
import time
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from ministack.services import eventbridge, scheduler

from .provisioning import Properties, after

KEPT = ("ScheduleExpressionTimezone", "StartDate", "EndDate", "ActionAfterCompletion")
AT = re.compile(r"\s*at\((.+)\)\s*")

log = logging.getLogger("local_aws")

type Schedule = dict[str, Any]
type Key = tuple[str, str, str]  # account, region, group/name


def mend() -> None:
    """Keep what a stack says of a schedule's time, and look every second for what is due."""
    after("AWS::Scheduler::Schedule", _settle)
    scheduler._tick_schedules = _tick
    scheduler._SCHEDULE_TICK_INTERVAL = 1


def _settle(name: str, properties: Properties) -> None:
    schedule = scheduler._schedules[f"{properties.get('GroupName', 'default')}/{name}"]
    schedule.update({key: properties[key] for key in KEPT if properties.get(key)})


def _tick() -> None:
    account, region = scheduler.get_account_id(), scheduler.get_region()
    try:
        for key, schedule in list(scheduler._schedules._data.items()):
            now = time.time()
            due = _due(key, schedule, now)
            if due is not None and due <= now:
                _fire(key, schedule, due)
    finally:
        scheduler.set_request_account_id(account)
        scheduler.set_request_region(region)


def _due(key: Key, schedule: Schedule, now: float) -> float | None:
    """When it is next due, in seconds since 1970; None for never or not now."""
    start, end = scheduler._to_epoch(schedule.get("StartDate")), scheduler._to_epoch(schedule.get("EndDate"))
    if schedule.get("State") != "ENABLED" or (start and now < start) or (end and now > end):
        return None
    expression = schedule.get("ScheduleExpression", "")
    zone = ZoneInfo(schedule.get("ScheduleExpressionTimezone") or "UTC")
    fired = scheduler._schedule_last_fired
    if once := AT.fullmatch(expression):
        return None if key in fired else datetime.fromisoformat(once[1]).replace(tzinfo=zone).timestamp()
    last = fired.setdefault(key, schedule.get("CreationDate", now))
    if (seconds := eventbridge._parse_rate_seconds(expression)) is not None:
        return float(last) + float(seconds)
    fields = eventbridge._parse_cron_fields(expression)
    return None if fields is None else _next_by_cron(fields, last, zone)


def _next_by_cron(fields: Any, last: float, zone: ZoneInfo) -> float | None:
    # MiniStack walks the calendar in UTC: it is given the zone's wall clock by that name, and its answer is read back.
    wall_clock = datetime.fromtimestamp(last, zone).replace(tzinfo=UTC)
    following = eventbridge._cron_next_fire(fields, wall_clock)
    return None if following is None else float(following.replace(tzinfo=zone).timestamp())


def _fire(key: Key, schedule: Schedule, due: float) -> None:
    account, region, name = key
    now = time.time()
    scheduler._schedule_last_fired[key] = now
    scheduler.set_request_account_id(account)
    scheduler.set_request_region(region)
    event = {
        "EventId": scheduler.new_uuid(),
        "Source": "aws.scheduler",
        "DetailType": "Scheduled Event",
        "Detail": "{}",
        "Time": now,
        "Resources": [schedule["Arn"]],
        "Account": account,
        "Region": region,
    }
    try:
        eventbridge._invoke_target(_with_context(schedule, due), event, schedule)
    except Exception:
        log.exception("schedule %s could not reach its target", name)
    if AT.fullmatch(schedule["ScheduleExpression"]) and schedule.get("ActionAfterCompletion") == "DELETE":
        scheduler._schedules._data.pop(key, None)
        scheduler._schedule_last_fired.pop(key, None)


def _with_context(schedule: Schedule, due: float) -> dict[str, Any]:
    """The target, its input's context attributes filled in:
    https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html
    """
    target = dict(schedule["Target"])
    context = {
        "schedule-arn": schedule["Arn"],
        "scheduled-time": datetime.fromtimestamp(due, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "execution-id": scheduler.new_uuid(),
        "attempt-number": "1",
    }
    for attribute, value in context.items():
        if target.get("Input"):
            target["Input"] = target["Input"].replace(f"<aws.scheduler.{attribute}>", value)
    return target
