"""A private mosquitto, and eyes and hands on it: mosquitto_sub and mosquitto_pub."""
import json
import os
import signal
import subprocess
import threading

from support.processes import DEADLINE, end, free_port, is_listening, spawn, wait_for


class Broker:
    """Listens on 127.0.0.1. kill() and start() again: the same port, the same stored sessions."""

    def __init__(self, directory, *, lines=(), port=0):
        self.directory, self.port = directory, port or free_port()
        directory.mkdir(parents=True, exist_ok=True)
        self.process = None
        config = [f"listener {self.port} 127.0.0.1", "persistence true", "autosave_interval 0",
                  f"persistence_location {directory}/", "max_queued_messages 0", "queue_qos0_messages true",
                  f"log_dest file {directory}/mosquitto.log"]
        if os.geteuid() == 0:
            config.append("user root")  # else it could not write here
        if not any(line.startswith(("allow_anonymous", "password_file")) for line in lines):
            config.append("allow_anonymous true")
        (directory / "mosquitto.conf").write_text("\n".join([*config, *lines, ""]))

    @property
    def url(self):
        return f"mqtt://127.0.0.1:{self.port}"

    def start(self):
        self.process = spawn(["mosquitto", "-c", self.directory / "mosquitto.conf"],
                             stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_for(lambda: is_listening(self.port), "the broker listens")
        return self

    def kill(self):
        """Saves sessions as it would now and then, and dies without a word."""
        database = self.directory / "mosquitto.db"
        before = database.stat().st_mtime_ns if database.exists() else 0
        self.process.send_signal(signal.SIGUSR1)
        wait_for(lambda: database.exists() and database.stat().st_mtime_ns != before, "it is saved")
        end(self.process, signal.SIGKILL)

    def stop(self):
        if self.process:
            end(self.process)

    def publish(self, topic, payload=b"", *, qos=1, retain=False, properties=()):
        """Returns when the broker has it."""
        if isinstance(payload, str):
            payload = payload.encode()
        command = ["mosquitto_pub", "-V", "5", "-p", str(self.port), "-h", "127.0.0.1", "-t", topic,
                   "-q", str(qos), *(["-r"] if retain else []), *properties]
        command += ["-s"] if payload else ["-n"]
        done = subprocess.run(command, input=payload, capture_output=True, timeout=DEADLINE,
                              check=False)
        assert done.returncode == 0, done.stderr.decode()


class Watch:
    """Everything that is published under a filter, in order: `seen` is [(topic, bytes, retained)]."""

    def __init__(self, broker, name="watch"):
        self.broker, self.seen = broker, []
        # A session that outlives the broker's restarts, as its publications are queued for it.
        self.process = spawn(
            ["mosquitto_sub", "-h", "127.0.0.1", "-p", broker.port, "-c", "-i", name, "-q", "1",
             "-F", "%r %x %t", "-t", "#"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self.catch_up()

    def catch_up(self):
        """Returns when it has seen all that the broker had until now."""
        before = len(self.payloads("watch/mark"))

        def marked():
            self.broker.publish("watch/mark", qos=0)
            return len(self.payloads("watch/mark")) > before
        wait_for(marked, "the watch is subscribed")

    def _read(self):
        for line in self.process.stdout:
            retained, payload, topic = line.decode().rstrip("\n").split(" ", 2)
            self.seen.append((topic, bytes.fromhex(payload), retained == "1"))

    def stop(self):
        end(self.process)
        self._reader.join(DEADLINE)
        self.process.stdout.close()

    def payloads(self, topic):
        return [payload for seen, payload, _ in list(self.seen) if seen == topic]

    def latest(self, topic):
        return next(iter(reversed(self.payloads(topic))), None)

    def document(self, topic):
        latest = self.latest(topic)
        return json.loads(latest) if latest else {}

    def documents(self, topic):
        return [json.loads(payload) for payload in self.payloads(topic) if payload]

    def wait(self, topic, expected, timeout=DEADLINE):
        """Until `expected` (bytes, str or a predicate on the text) is the latest there."""
        if isinstance(expected, str):
            expected = expected.encode()
        fits = expected if callable(expected) else expected.__eq__

        def holds():
            latest = self.latest(topic)
            return latest is not None and fits(latest)
        wait_for(holds, lambda: f"{topic} is {expected}; it is {self.latest(topic)}", timeout)
        return self.latest(topic)

    def wait_document(self, topic, fits, timeout=DEADLINE):
        self.wait(topic, lambda text: bool(text) and fits(json.loads(text)), timeout)
        return self.document(topic)
