"""An honest organisation that goes on asking while others attack."""

import threading
import time


class Honest:
    """A new connection for each request: attacks on the door would be felt here first."""

    def __init__(self, world):
        self.world, self.answers, self.longest = world, [], 0.0
        self.over = threading.Event()
        self.thread = threading.Thread(target=self._work, daemon=True)
        self.thread.start()

    def _work(self):
        athens = self.world.athens
        while not self.over.is_set():
            start = time.monotonic()
            try:
                answer = self.world.daemon.ask(athens, "GET", f"{athens.path}/inbox")
                self.answers.append(answer.status)
            except Exception as cause:  # whatever keeps it from an answer counts against us
                self.answers.append(f"{type(cause).__name__}: {cause}"[:80])
            self.longest = max(self.longest, time.monotonic() - start)
            self.over.wait(0.1)

    def stop(self):
        """Complaints about anything but prompt answers."""
        self.over.set()
        self.thread.join(30)
        wrong = sorted({str(one) for one in self.answers if one != 200})
        if wrong or len(self.answers) < 20:
            return [f"of {len(self.answers)} requests some got no 200: {wrong[:3]}"]
        # Far above what is measured: a check of minutes on a busy machine is no bench.
        return [] if self.longest < 10 else [f"one answer took {self.longest:.1f} seconds"]
