"""The demo: wsrelayd between a private broker and a test peer, watched through mosquitto_sub.

What is checked, and only that: every tick the peer's ticker sent while it was connected is seen by
the subscriber, in order (the broker's death in between; repeats are allowed at QoS 1); every
numbered message published to the echo comes back; no WebSocket was lost over it; and the daemon's
own books balance with nothing dropped.
"""
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
OUTAGE = 2.0  # seconds between the broker's death and its return
BATCH, PAUSE = 10, 0.4
CONFIG = """\
name: demo
mqtt:
  url: mqtt://127.0.0.1:{broker}
  reconnect: {{delay: {{first: 200ms, max: 1s}}}}
defaults:
  publish:
    - topic: '{{{{base}}}}/{{{{instance}}}}/recv'
      qos: 1                        # kept until the broker has it
instances:
  echo:                             # what is published on wsrelay/echo/send comes back on …/recv
    url: ws://127.0.0.1:{echo}/
  ticker:                           # 20 JSON messages a second over TLS
    url: wss://localhost:{ticker}/
    tls: {{ca_file: {ca_file}}}
"""


class Watch:
    """What an ordinary subscriber sees, sorted by instance."""

    def __init__(self, port):
        self.ticks, self.echoes, self.ended = [], [], 0
        self.documents, self.last_close, self.tick_at = {}, {}, 0.0
        self.process = subprocess.Popen(
            ["mosquitto_sub", "-h", "127.0.0.1", "-p", str(port), "-c", "-i", "demo-watch",
             "-q", "1", "-t", "wsrelay/#", "-F", "%t %p"], stdout=subprocess.PIPE, text=True)
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self.process.stdout:
            topic, _, payload = line.rstrip("\n").partition(" ")
            if topic == "wsrelay/ticker/recv":
                self.ticks.append(json.loads(payload)["seq"])
                self.tick_at = time.monotonic()
            elif topic == "wsrelay/echo/recv":
                self.echoes.append(payload)
            elif topic.endswith("/event/disconnected"):
                self.ended += 1
            elif topic.endswith(("/state", "/stats", "/availability")):
                self.documents[topic.removeprefix("wsrelay/")] = payload

    def document(self, topic):
        text = self.documents.get(topic, "")
        return json.loads(text) if text.startswith("{") else {}


class Board:
    """Redrawn in place on a terminal, plain lines elsewhere."""

    def __init__(self, watch):
        self.watch, self.drawn = watch, 0

    def draw(self, seconds, sent, note):
        rows = [f"{seconds:5.1f} s  {'instance':<8} {'state':<10} {'since':<8} {'published':>9} "
                f"{'delivered':>9} {'lost':>5}  last close"]
        counts = {"echo": (len(set(self.watch.echoes)), len(set(self.watch.echoes)), 0),
                  "ticker": (len(set(self.watch.ticks)), 0, gaps(self.watch.ticks))}
        for name, (published, delivered, lost) in counts.items():
            state = self.watch.document(f"{name}/state")
            close = state.get("last_close") or {}
            rows.append(f"{'':9}{name:<8} {state.get('state', '?'):<10} "
                        f"{state.get('since', '')[11:19]:<8} {published:9} {delivered:9} {lost:5}  "
                        f"{close.get('code', '-')}")
        rows.append(f"{'':9}{note}")
        if sys.stdout.isatty() and self.drawn:
            sys.stdout.write(f"\x1b[{self.drawn}A")
        end = "\x1b[K\n" if sys.stdout.isatty() else "\n"
        sys.stdout.write("".join(row + end for row in rows))
        sys.stdout.flush()
        self.drawn = len(rows)


def gaps(numbers):
    seen = set(numbers)
    return max(seen) - min(seen) + 1 - len(seen) if seen else 0


class Demo:
    def __init__(self, program, directory, seconds):
        self.program, self.directory, self.seconds = program, directory, seconds
        self.running, self.sent, self.outage = [], [], 0.0
        self.port = free_port()

    def spawn(self, command, **options):
        process = subprocess.Popen([str(part) for part in command], **options)
        self.running.append(process)
        return process

    def broker(self):
        process = self.spawn(["mosquitto", "-c", self.directory / "mosquitto.conf"],
                             stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_for(lambda: is_listening(self.port), "the broker listens")
        return process

    def prepare(self):
        user = "user root\n" if os.geteuid() == 0 else ""
        (self.directory / "mosquitto.conf").write_text(
            f"listener {self.port} 127.0.0.1\nallow_anonymous true\npersistence true\n"
            f"persistence_location {self.directory}/\nautosave_interval 0\n"
            f"max_queued_messages 0\nlog_dest none\n{user}")
        self.mosquitto = self.broker()
        peer = self.spawn([HERE / "peer", "--directory", self.directory / "ca", "--until-eof"],
                          stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        ports = json.loads(peer.stdout.readline())
        self.watch = Watch(self.port)
        self.running.append(self.watch.process)
        config = CONFIG.format(broker=self.port, **ports)
        file = self.directory / "wsrelayd.yaml"
        file.write_text(config)
        print(f"\nThe configuration, {file}:\n\n{config}", flush=True)
        self.log = (self.directory / "wsrelayd.log").open("wb")
        self.daemon = self.spawn([self.program, "--config", file], stdout=self.log,
                                 stderr=self.log, env={**os.environ, "TMPDIR": str(self.directory)})
        for name in ("echo", "ticker"):
            wait_for(lambda name=name: self.watch.document(f"{name}/state").get("state") == "ready",
                     f"{name} is ready")

    def send_batch(self):
        """Returns when the broker has all of it and all of it came back."""
        batch = [f"message {len(self.sent) + number}" for number in range(1, BATCH + 1)]
        subprocess.run(["mosquitto_pub", "-h", "127.0.0.1", "-p", str(self.port), "-q", "1", "-l",
                        "-t", "wsrelay/echo/send"], input="\n".join(batch), text=True, check=True,
                       timeout=20)
        self.sent += batch
        wait_for(lambda: set(batch) <= set(self.watch.echoes[-3 * BATCH:]), "the echoes are back")

    def kill_broker(self):
        # It saves its sessions now, as it does every now and then; what it acknowledged to others
        # after that is its own to lose, not the daemon's.
        self.mosquitto.send_signal(signal.SIGUSR1)
        wait_for((self.directory / "mosquitto.db").exists, "the broker has saved its sessions")
        self.mosquitto.kill()
        self.mosquitto.wait()
        self.running.remove(self.mosquitto)

    def relay(self):
        board, began = Board(self.watch), time.monotonic()
        killed = returned = None
        next_draw, next_batch, note = 0.0, 0.0, "all is well"
        while (now := time.monotonic() - began) < self.seconds:
            if killed is None and now >= self.seconds * 0.35:
                self.kill_broker()
                killed, note = time.monotonic(), "the broker was killed; ticks wait in the daemon"
            elif killed and returned is None and time.monotonic() >= killed + OUTAGE:
                self.mosquitto = self.broker()
                returned, note = time.monotonic(), "the broker is back"
            elif not self.outage and returned and self.watch.tick_at > returned:
                self.outage = self.watch.tick_at - killed
                note = f"relaying again {self.outage:.1f} s after the kill"
            away = killed is not None and not self.outage
            if not away and now >= next_batch:
                self.send_batch()
                next_batch = now + PAUSE
            if now >= next_draw:
                board.draw(now, len(self.sent), note)
                next_draw += 1
            time.sleep(0.02)
        board.draw(self.seconds, len(self.sent), note)

    def finish(self):
        """(what is claimed, whether it holds), each with the figures."""
        ended = self.watch.ended
        self.daemon.send_signal(signal.SIGTERM)
        status = self.daemon.wait(30)
        self.running.remove(self.daemon)
        wait_for(lambda: self.watch.documents.get("bridge/demo/state") == "offline",
                 "the daemon has said goodbye")
        ticks, echoes = self.watch.ticks, self.watch.echoes
        books = {name: self.watch.document(f"{name}/stats") for name in ("echo", "ticker")}
        lanes = [books[name][way] for name in books for way in ("publish", "deliver")]
        dropped = sum(sum(lane["dropped"].values()) for lane in lanes)
        balanced = all(lane["received"] == lane["delivered"] + lane["queued"] +
                       sum(lane["dropped"].values()) and lane["queued"] == 0 for lane in lanes)
        firsts = list(dict.fromkeys(ticks))
        back = set(echoes)
        yield (f"ticker: {len(firsts)} ticks published, numbers {min(firsts)} to {max(firsts)}, "
               f"{gaps(ticks)} missing, {len(ticks) - len(firsts)} repeated",
               gaps(ticks) == 0 and firsts == sorted(firsts)
               and books["ticker"]["publish"]["received"] == len(firsts))
        yield (f"echo: {len(self.sent)} messages sent, "
               f"{sum(one in back for one in self.sent)} came back, "
               f"{len(echoes) - len(back)} repeated",
               len(self.sent) > 0 and back == set(self.sent))
        yield (f"broker: killed and started again, relaying after {self.outage:.1f} s; "
               f"WebSocket connections lost over it: {ended}", self.outage > 0 and ended == 0)
        yield f"the daemon's own books: {dropped} dropped, 0 left waiting", balanced and not dropped
        yield f"the daemon stopped with exit status {status}", status == 0

    def end(self):
        for process in reversed(self.running):
            if process.poll() is None:
                process.terminate()
        for process in self.running:
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def wait_for(condition, what, timeout=20):
    until = time.monotonic() + timeout
    while not condition():
        if time.monotonic() > until:
            raise TimeoutError(f"after {timeout} s still not: {what}")
        time.sleep(0.01)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def is_listening(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def main():
    seconds = max(6.0, float(os.environ.get("DEMO_SECONDS", "20")))
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit(130))
    directory = pathlib.Path(tempfile.mkdtemp(prefix="wsrelayd-demo-"))
    demo = Demo(pathlib.Path(sys.argv[1]).resolve(), directory, seconds)
    good = False
    try:
        print("A private mosquitto, a WebSocket test peer and wsrelayd, all on 127.0.0.1")
        demo.prepare()
        demo.relay()
        print()
        results = list(demo.finish())
        for claim, holds in results:
            print(f"{'ok    ' if holds else 'FAILED'}  {claim}")
        good = all(holds for _, holds in results)
        print("Nothing was lost." if good else "The demo FAILED.")
    except (TimeoutError, subprocess.SubprocessError) as error:
        print(f"The demo FAILED: {error}")
    except KeyboardInterrupt:
        print("\nInterrupted.")
    finally:
        demo.end()
        if not good and (directory / "wsrelayd.log").exists():
            print("The daemon's log:\n" + (directory / "wsrelayd.log").read_text(errors="replace"))
        shutil.rmtree(directory)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
