"""A server in a thread of its own, for as long as a test asks it."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from typing import Any


@contextlib.contextmanager
def running(server: Any) -> Iterator[str]:
    """The address of a waitress server that answers in a thread."""

    def run() -> None:
        with contextlib.suppress(OSError):  # the socket is closed under the loop that waits for it
            server.run()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.effective_port}"
    finally:
        server.task_dispatcher.shutdown()  # else a thread may still wake a server that is gone
        server.close()
        thread.join(10)
