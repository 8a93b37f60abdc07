"""Log records that nobody sees, and messages of progress without a record.

Sphinx has a record made of each event, which no handler takes, and composes the text of all
arguments of the event for it: documents, contexts of templates. For each document that is read
or written, it also makes up to four records of its progress.

- Replaces, from the time when documents are read: the level of Sphinx's logger; the function
  ``repr`` that ``sphinx.events`` sees, while the text is for no handler; and the logger of
  ``sphinx.util.display``, by one that hands messages of progress to the streams of Sphinx's own
  handlers.
- Saves: 5 % of the CPU time of a build of 1,000 exported pages.
- Unnecessary if the logger had the lowest level of its handlers, ``EventManager.emit`` asked it
  before it composes a text, and ``status_iterator`` logged once for each document.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

import sphinx.events as sphinx_events
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util import display
from sphinx.util import logging as sphinx_logging
from sphinx.util.logging import NAMESPACE

from sphinx_scrapbox.sphinx_ext.config.options import options
from sphinx_scrapbox.sphinx_ext.warnings import note_unknown_internals

_REPR = "repr"
_LOGGER = "logger"
_COLOUR = "colourise"
_OPTIONS = frozenset({"nonl", "color"})
_HANDLERS = ["NewLineStreamHandler", "StreamHandler"]
_FILTERS = ["InfoFilter", "InfoLogRecordTranslator"]


class _Before(NamedTuple):
    """What was replaced."""

    level: int
    display_logger: Any


_BEFORE: WeakKeyDictionary[Sphinx, _Before] = WeakKeyDictionary()


def skip_log_records(app: Sphinx, env: BuildEnvironment, docnames: list[str]) -> None:
    """Handler of ``env-before-read-docs``: the handlers of extensions are known by then."""
    if not options(app.config).fast or app in _BEFORE:
        return
    logger = logging.getLogger(NAMESPACE)
    lowest = min((handler.level for handler in _handlers()), default=logger.level)
    _BEFORE[app] = _Before(logger.level, getattr(display, _LOGGER, None))
    logger.setLevel(max(logger.level, lowest))
    if not logger.isEnabledFor(logging.DEBUG):
        _skip_texts_of_events()
    if (progress := progress_logger()) is not None:
        setattr(display, _LOGGER, progress)


def restore_log_records(app: Sphinx, error: Exception | None) -> None:
    """Handler of ``build-finished``."""
    if (before := _BEFORE.pop(app, None)) is None:
        return
    logging.getLogger(NAMESPACE).setLevel(before.level)
    if vars(sphinx_events).get(_REPR) is _no_text:
        delattr(sphinx_events, _REPR)
    if isinstance(getattr(display, _LOGGER, None), ProgressLogger):
        setattr(display, _LOGGER, before.display_logger)


def _handlers() -> Iterator[logging.Handler]:
    """The handlers of Sphinx's logger, and those of others on loggers below it."""
    yield from logging.getLogger(NAMESPACE).handlers
    for name, logger in logging.root.manager.loggerDict.copy().items():
        if isinstance(logger, logging.Logger) and name.startswith(f"{NAMESPACE}."):
            yield from logger.handlers


def _skip_texts_of_events() -> None:
    code = getattr(sphinx_events.EventManager.emit, "__code__", None)
    if hasattr(sphinx_events, _REPR) or _REPR not in getattr(code, "co_names", ()):
        note_unknown_internals("the log records of events")
        return
    setattr(sphinx_events, _REPR, _no_text)


def _no_text(value: object) -> str:
    """The text of the arguments of an event: it would be for a record that is not made."""
    return ""


class ProgressLogger:
    """Writes messages as the handlers of Sphinx do, without records; has others logged.

    :param logger: the logger that it takes the place of.
    :param handlers: those that take messages: the one that shows them, and that of the last ones.
    """

    def __init__(self, logger: Any, handlers: Sequence[logging.Handler]) -> None:
        self._logger = logger
        self._handlers = set(handlers)
        self._stream: Any = handlers[0].stream  # type: ignore[attr-defined]
        self._last_messages: Any = handlers[1].stream  # type: ignore[attr-defined]

    def info(self, message: object, *args: object, **options: Any) -> None:
        """Write a message; ``nonl`` and ``color`` are those of Sphinx's logger."""
        if self._is_known(options):
            text = str(message) % args if args else str(message)
            color = options.get("color")
            shown = getattr(sphinx_logging, _COLOUR)(color, text) if color else text
            try:
                self._stream.write(shown if options.get("nonl") else f"{shown}\n")
                self._stream.flush()
                self._last_messages.write(f"{text}\n")
                return
            except (OSError, ValueError):
                pass  # handlers report that a stream is closed, and the build goes on
        self._logger.info(message, *args, **options)

    def _is_known(self, options: Iterable[str]) -> bool:
        return (
            set(_message_handlers()) == self._handlers  # a process that reads collects records
            and _OPTIONS.issuperset(options)
            and self._logger.isEnabledFor(logging.INFO)
        )

    def __getattr__(self, name: str) -> Any:
        return getattr(self._logger, name)


def _message_handlers() -> list[logging.Handler]:
    handlers = logging.getLogger(NAMESPACE).handlers
    return [handler for handler in handlers if handler.level <= logging.INFO]


def progress_logger() -> ProgressLogger | None:
    """The logger of messages of progress; None if others see records too, or nobody does."""
    logger = getattr(display, _LOGGER, None)
    handlers = sorted(_message_handlers(), key=_type_name)
    if any(handler.level != logging.INFO for handler in handlers):
        return None  # other messages are shown, too
    if type(logger) is not sphinx_logging.SphinxLoggerAdapter or not _are_known(handlers):
        note_unknown_internals("the messages of progress")
        return None
    others = set(_handlers()).difference(logging.getLogger(NAMESPACE).handlers)
    is_watched = others or logger.logger.filters
    return None if is_watched else ProgressLogger(logger, handlers)


def _are_known(handlers: Sequence[logging.Handler]) -> bool:
    """Whether these are Sphinx's, which show messages and keep the last ones."""
    if [_type_name(handler) for handler in handlers] != _HANDLERS:
        return False
    shown, last = handlers
    return (
        [_type_name(each) for each in shown.filters] == _FILTERS
        and [_type_name(each) for each in last.filters] == _FILTERS[:1]
        and _type_name(shown.formatter) == "ColorizeFormatter"
        and last.formatter is None
        and callable(getattr(sphinx_logging, _COLOUR, None))
    )


def _type_name(value: object) -> str:
    return type(value).__name__
