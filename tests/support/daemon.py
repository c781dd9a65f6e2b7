"""wsrelayd as a process: its configuration, its service manager, its output."""
import json
import os
import pathlib
import signal
import socket
import subprocess
import threading

from support.processes import DEADLINE, end, spawn, wait_for

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
PROGRAM = pathlib.Path(os.environ.get("WSRELAYD", ROOT / "build/release/daemon/wsrelayd"))


def run(*arguments, timeout=DEADLINE, **environment):
    """One that ends by itself: (exit status, stdout, stderr)."""
    done = subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, text=True,
                          timeout=timeout, env={**os.environ, **environment}, check=False)
    return done.returncode, done.stdout, done.stderr


class Notifications:
    """The service manager's end of NOTIFY_SOCKET: every assignment, in order."""

    def __init__(self, path):
        self.path, self.seen = path, []
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(str(path))
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        while data := self._socket.recv(8192):
            self.seen.extend(data.decode().split("\n"))

    def count(self, assignment):
        return list(self.seen).count(assignment)

    def wait(self, assignment, times=1):
        wait_for(lambda: self.count(assignment) >= times,
                 lambda: f"{assignment} came {times} times; so far {self.seen}")


def _replace(file, config):
    """As an editor saves: another file of the same name."""
    text = config if isinstance(config, str) else json.dumps(config, indent=2)
    fresh = file.with_name(f".{file.name}.new")
    fresh.write_text(text)
    fresh.rename(file)


class Daemon:
    """One wsrelayd. `config` is the document as a dict (YAML has JSON in it), or text."""

    def __init__(self, directory, config, arguments=(), **environment):
        self.directory, self.arguments = directory, arguments
        directory.mkdir(parents=True, exist_ok=True)
        self.file, self.log = directory / "wsrelayd.yaml", directory / "wsrelayd.log"
        self.drop_ins = directory / "wsrelayd.conf.d"
        self.write(config)
        self.notifications = Notifications(directory / "notify")
        self.environment = {"PATH": os.environ["PATH"], "TMPDIR": str(directory), "LC_ALL": "C",
                            "NOTIFY_SOCKET": str(self.notifications.path),
                            **{key: value for key, value in os.environ.items() if "SAN_" in key},
                            **environment}
        self.process, self.wrap = None, list  # `wrap`: command → command

    def write(self, config):
        _replace(self.file, config)

    def drop_in(self, name, config):
        self.drop_ins.mkdir(exist_ok=True)
        _replace(self.drop_ins / name, config)
        return self.drop_ins / name

    def start(self):
        times = self.notifications.count("READY=1") + 1
        with self.log.open("ab") as log:
            self.process = spawn(self.wrap([PROGRAM, "--config", self.file, *self.arguments]),
                                 env=self.environment,
                                 stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        wait_for(lambda: self.notifications.count("READY=1") >= times or
                 self.process.poll() is not None, "READY=1")
        assert self.process.poll() is None, self.output()
        return self

    def reload(self, config=None):
        if config is not None:
            self.write(config)
        times = self.notifications.count("READY=1") + 1
        self.send_reload()
        self.notifications.wait("READY=1", times)

    def send_reload(self):
        self.process.send_signal(signal.SIGHUP)

    def stop(self, number=signal.SIGTERM):
        return end(self.process, number)

    def output(self):
        return self.log.read_text(errors="replace")

    def is_alive(self):
        return self.process is not None and self.process.poll() is None
