"""A shell in which commands are typed one after the other, each looked at by itself."""

import os
import shutil
import signal
import subprocess
import tempfile
import threading

# What one command leaves to the next: its exported variables and its folder.
SCRIPT = """
. "{folder}/.exports"
cd "{at}"
{command}
code=$?
export -p >"{folder}/.exports"
pwd >"{folder}/.at.{place}"
exit $code
"""


class Shell:
    """Has a home, and a folder $WORK, of its own. close() ends what was put into the background, and the processes that the file $SERVICES
    names."""

    def __init__(self, root, environment):
        self.root = root
        self.folder = tempfile.mkdtemp(prefix="commands.")
        self.home = os.path.join(self.folder, "home")
        os.makedirs(os.path.join(self.home, ".local", "bin"))
        os.makedirs(os.path.join(self.folder, "work"))
        self.environment = {**environment, "HOME": self.home, "TREE": root, "WORK": os.path.join(self.folder, "work"),
                            "SERVICES": os.path.join(self.folder, "services"),
                            "PATH": os.path.join(self.home, ".local", "bin") + ":" + environment["PATH"]}
        self.at = {"tree": root, "work": os.path.join(self.folder, "work")}
        self.background = []
        with open(os.path.join(self.folder, ".exports"), "wb"):
            pass

    def run(self, command, stdin="", timeout=120, place="tree"):
        """(exit code, what was printed). What a command puts into the background goes on, and is waited for until it prints."""
        script = SCRIPT.format(folder=self.folder, at=self.at[place], command=command, place=place)
        with tempfile.TemporaryFile(dir=self.folder) as output:
            process = subprocess.Popen(["bash", "-o", "pipefail", "-c", script], cwd=self.root, env=self.environment,
                                       stdin=subprocess.PIPE, stdout=output, stderr=output, start_new_session=True)
            try:
                process.communicate(stdin.encode(), timeout=timeout)
                code = process.returncode
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
                code = -1
            left = os.path.join(self.folder, ".at." + place)
            if os.path.exists(left):
                with open(left, encoding="utf-8") as file:
                    self.at[place] = file.read().strip()
            if command.rstrip().endswith("&"):
                self.background.append(process.pid)
                self._wait_for_output(output)
            output.seek(0)
            text = output.read(1 << 20).decode(errors="replace")
        return code, text if code != -1 else text + f"\nnot done within {timeout} s"

    @staticmethod
    def _wait_for_output(output):
        waiting = threading.Event()
        for _ in range(300):
            if os.fstat(output.fileno()).st_size:
                return
            waiting.wait(0.1)

    def _services(self):
        try:
            with open(self.environment["SERVICES"], encoding="utf-8") as file:
                return [int(line) for line in file]
        except FileNotFoundError:
            return []

    def close(self):
        for group in self.background:
            try:
                os.killpg(group, signal.SIGTERM)
            except ProcessLookupError:
                pass  # It has ended by itself.
        for process in self._services():
            try:
                os.kill(process, signal.SIGTERM)
            except ProcessLookupError:
                pass
        shutil.rmtree(self.folder, ignore_errors=True)
