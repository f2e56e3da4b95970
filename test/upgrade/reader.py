"""A reader that asks without a pause while something goes on, and tells for how long it got no answer."""

import os
import subprocess
import threading
import time

# One line for each answer: the time, in milliseconds, and curl's code of the answer.
LOOP = """while :; do printf '%s ' "$(date +%s%3N)"; curl --silent --output /dev/null --max-time 2 --write-out '%{http_code}\\n' "$1"; sleep 0.1; done"""


class Reader:
    def __init__(self, url, good):
        self._good = good
        self._answers = []
        self._process = subprocess.Popen(
            [os.environ["CLUSTER"], "exec", "--name", os.environ["TOOLHIVE_CLUSTER"], "--", "bash", "-c", LOOP, "reader", url],
            stdout=subprocess.PIPE, text=True)
        self._thread = threading.Thread(target=self._follow)
        self._thread.start()

    def _follow(self):
        for line in self._process.stdout:
            sent, _, code = line.strip().partition(" ")
            if code:
                self._answers.append((int(sent) / 1000, code in self._good))

    def stop(self):
        """(requests, seconds of the longest time without a good answer)."""
        self._process.kill()
        self._process.wait()
        self._thread.join()
        longest, last = 0.0, self._answers[0][0]
        for sent, good in self._answers:
            longest = max(longest, sent - last)
            if good:
                last = sent
        return len(self._answers), longest
