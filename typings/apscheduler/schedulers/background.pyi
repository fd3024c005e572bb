from collections.abc import Callable
from datetime import tzinfo
from typing import Any

from apscheduler.triggers.cron import CronTrigger

class BackgroundScheduler:
    def __init__(self, *, timezone: tzinfo) -> None: ...
    def add_job(
        self,
        func: Callable[..., Any],
        trigger: CronTrigger,
        args: tuple[Any, ...] = ...,
        *,
        id: str,
        coalesce: bool,
        max_instances: int,
        misfire_grace_time: int,
    ) -> object: ...
    def get_jobs(self) -> list[Any]: ...
    def start(self) -> None: ...
    def shutdown(self, wait: bool = True) -> None: ...
