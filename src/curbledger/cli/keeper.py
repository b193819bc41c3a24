"""gunicorn's master process, which keeps the queue's process too."""

from __future__ import annotations

import subprocess
import sys
import time

from gunicorn.arbiter import Arbiter

# Seconds before the queue's process is started again, and in which it must end.
_PAUSE, _GRACE = 5.0, 40.0


class Keeper(Arbiter):  # type: ignore[misc]  # gunicorn has no types.
    """Starts one `curbledger work` beside the server processes, again whenever it has ended, and ends it with them."""

    _queue: subprocess.Popen[bytes] | None = None
    _started = float("-inf")

    def manage_workers(self) -> None:
        """Start what is missing. Called every second."""
        super().manage_workers()
        if self._queue is not None and self._queue.poll() is not None:
            self.log.warning("The queue's process (pid:%s) ended", self._queue.pid)
            self._queue = None
        # Not while the server ends, when it has no sockets any more.
        if self._queue is None and self.LISTENERS and time.monotonic() - self._started >= _PAUSE:
            self._started = time.monotonic()
            self._queue = subprocess.Popen([sys.executable, "-m", "curbledger", "work", "--child"])

    def stop(self, graceful: bool = True) -> None:
        """End the server processes and the queue's."""
        queue, self._queue = self._queue, None
        if queue is not None:
            queue.terminate()
        super().stop(graceful)
        if queue is not None:
            try:
                queue.wait(_GRACE if graceful else 1)
            except subprocess.TimeoutExpired:
                queue.kill()
