"""One JSON object per line on standard error, set up once by the composition roots.

Log lines name study codes, row ids and slugs. They never carry names, answers, tokens or push
endpoints, so values under the keys that could hold one are replaced before they are written.
"""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any, TextIO

import structlog

_SECRET_KEYS = frozenset(
    {
        "answers", "auth", "authorization", "code_entered", "cookie", "email", "endpoint", "name",
        "p256dh", "password", "phone", "pin", "secret", "skipped", "token",
    }
)  # fmt: skip

# The scheduler tells of every call of every job, twice, which is two lines every five seconds.
_CHATTY = "apscheduler"


def configure(level: str, stream: TextIO | None = None) -> None:
    """Send everything of at least `level` ("INFO", …), ours and the libraries', to `stream`."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
        hide_secrets,
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(sort_keys=True),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    quieter = logging.NOTSET if root.level <= logging.DEBUG else max(root.level, logging.WARNING)
    logging.getLogger(_CHATTY).setLevel(quieter)


def hide_secrets(
    _logger: Any, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Replace values whose key says that they identify somebody or open a door."""
    for key in event.keys() & _SECRET_KEYS:
        event[key] = "[hidden]"
    return event
