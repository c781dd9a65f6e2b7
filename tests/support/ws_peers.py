"""Servers of other makers, the library's own probe, and proxies between them.

A Peer holds one conversation for each plan; converse() runs the probe through one and gives back
what both sides say about it.
"""
import json
import os
import pathlib
import queue
import signal
import subprocess
import threading

from support.daemon import ROOT
from support.processes import DEADLINE, end, free_port, is_listening, spawn, wait_for

PROBE = pathlib.Path(os.environ.get("WS_PROBE", ROOT / "build/release/tests/ws_probe"))
PEERS = ROOT / "tests" / "oracle" / "peers"
COMMANDS = {
    "websockets": ["/usr/bin/python3", "-B", PEERS / "websockets_peer.py"],
    "node-ws": ["/usr/bin/node", PEERS / "ws_peer.js"],
}
PLAN = {"deflate": None, "say": [], "ping": None, "echo": 0, "close": None}


class Peer:
    def __init__(self, name):
        self.name = name
        self._process = spawn(COMMANDS[name], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                              text=True, bufsize=1,
                              env={**os.environ, "NODE_PATH": "/usr/share/nodejs:/usr/lib/nodejs"})
        self._ports, self._reports, self._lock = queue.Queue(), {}, threading.Lock()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self._process.stdout:
            told = json.loads(line)
            if "heard" in told:
                self._reports[told["port"]] = told
            else:
                self._ports.put(told["port"])

    def expect(self, **plan):
        """The port at which one conversation will go as planned."""
        with self._lock:
            self._process.stdin.write(json.dumps({**PLAN, **plan}) + "\n")
            return self._ports.get(timeout=DEADLINE)

    def report(self, port):
        wait_for(lambda: port in self._reports, f"{self.name} tells how it went")
        return self._reports.pop(port)

    def stop(self):
        self._process.stdin.close()
        end(self._process)
        self._process.stdout.close()


def probe(url, script, *options):
    """What the library tells about a conversation."""
    done = subprocess.run([PROBE, url, *map(str, options)], input="\n".join(script) + "\n",
                          capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def converse(peer, script, options=(), by="ws://127.0.0.1:{port}/", **plan):
    """(what the library tells, what the peer tells)"""
    port = peer.expect(**plan)
    ours = probe(by.format(port=port), script, *options)
    return ours, peer.report(port)


NGINX = """
{user}
pid {here}/nginx.pid;
error_log {here}/error.log;
worker_processes 1;
events {{ worker_connections 64; }}
http {{
  access_log off;
  client_body_temp_path {here}/body; proxy_temp_path {here}/proxy; fastcgi_temp_path {here}/fastcgi;
  uwsgi_temp_path {here}/uwsgi; scgi_temp_path {here}/scgi;
  server {{
    listen 127.0.0.1:{plain};
    listen 127.0.0.1:{secure} ssl;
    ssl_certificate {certificate};
    ssl_certificate_key {key};
    location / {{
      proxy_pass http://127.0.0.1:$arg_port;
      proxy_http_version 1.1;
      proxy_set_header Upgrade $http_upgrade;
      proxy_set_header Connection upgrade;
      proxy_set_header Host $host;
    }}
  }}
}}
"""

HAPROXY = """
global
  maxconn 64
defaults
  mode http
  timeout connect 5s
  timeout client 30s
  timeout server 30s
  timeout tunnel 30s
frontend all
  bind 127.0.0.1:{plain}
  bind 127.0.0.1:{secure} ssl crt {both}
  http-request set-dst ipv4(127.0.0.1)
  http-request set-dst-port url_param(port)
  default_backend peers
backend peers
  server peer 0.0.0.0:0
"""


class Proxy:
    """nginx or haproxy; the query says to which port of this machine. `ws` and `wss` are addresses."""

    def __init__(self, name, here, files):
        plain, secure = free_port(), free_port()
        certificate, key = files
        both = here / "both.pem"
        both.write_text(pathlib.Path(certificate).read_text() + pathlib.Path(key).read_text())
        config = here / "proxy.conf"
        config.write_text((NGINX if name == "nginx" else HAPROXY).format(
            here=here, plain=plain, secure=secure, certificate=certificate, key=key, both=both,
            user="user root;" if os.geteuid() == 0 else ""))
        command = (["/usr/sbin/nginx", "-p", here, "-c", config, "-e", here / "error.log",
                    "-g", "daemon off; master_process off;"] if name == "nginx"
                   else ["/usr/sbin/haproxy", "-db", "-f", config])
        self._process = spawn(command)
        wait_for(lambda: is_listening(plain) and is_listening(secure), f"{name} listens")
        self.ws = f"ws://localhost:{plain}/?port={{port}}"
        self.wss = f"wss://localhost:{secure}/?port={{port}}"

    def stop(self):
        end(self._process, signal.SIGTERM)
