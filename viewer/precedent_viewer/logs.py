"""Send the program's log, and Qt's own messages, to memory; unexpected errors too."""

import logging
import sys
from collections.abc import Callable
from types import TracebackType

from PyQt6.QtCore import QMessageLogContext, QtMsgType, qInstallMessageHandler

logger = logging.getLogger(__name__)

LEVELS = {
    QtMsgType.QtDebugMsg: logging.DEBUG,
    QtMsgType.QtInfoMsg: logging.INFO,
    QtMsgType.QtWarningMsg: logging.WARNING,
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}


def catch_qt_messages() -> None:
    """Log what Qt would print."""

    def take(kind: QtMsgType, _context: QMessageLogContext, text: str | None) -> None:
        logging.getLogger("qt").log(LEVELS.get(kind, logging.WARNING), "%s", text)

    qInstallMessageHandler(take)


def catch_unexpected(on_error: Callable[[str, str], object]) -> None:
    """Log an error that nobody caught and show one sentence, so that the window stays open."""

    def take(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, error, trace)
            return
        logger.error("An unexpected error.", exc_info=(kind, error, trace))
        on_error(
            f"Something inside the viewer failed ({kind.__name__}).",
            "What you see may be out of date; the log panel says more.",
        )

    sys.excepthook = take
