"""The opening handshake (RFC 6455 §4.2), server's side, on bytes."""
import base64
import binascii
import dataclasses
import hashlib
import urllib.parse

GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
HEAD_END = b"\r\n\r\n"


class BadRequest(Exception):
    """Nothing that can be upgraded; the text says why."""


@dataclasses.dataclass(frozen=True)
class Request:
    path: str
    query: dict
    fields: dict  # by lower-case name; several of one name joined by a comma

    @property
    def extensions(self):
        return self.fields.get("sec-websocket-extensions", "")


def parse_request(head):
    try:
        first, *lines = head.decode("ascii").split("\r\n")
    except UnicodeDecodeError:
        raise BadRequest("bytes beyond ASCII in the head") from None
    words = first.split(" ")
    if len(words) != 3 or words[0] != "GET" or words[2] != "HTTP/1.1":
        raise BadRequest("no request that begins with GET and ends with HTTP/1.1")
    fields = {}
    for line in lines:
        name, colon, value = line.partition(":")
        if not colon or not name or name != name.strip():
            raise BadRequest("a line that is no field")
        name, value = name.lower(), value.strip()
        fields[name] = f"{fields[name]}, {value}" if name in fields else value
    target = urllib.parse.urlsplit(words[1])
    return Request(target.path, dict(urllib.parse.parse_qsl(target.query)), fields)


def check(request):
    """§4.2.1, all of it that concerns everybody."""
    fields = request.fields
    if not fields.get("host"):
        raise BadRequest("no Host")
    if fields.get("upgrade", "").lower() != "websocket":
        raise BadRequest("no Upgrade: websocket")
    if "upgrade" not in [word.strip() for word in fields.get("connection", "").lower().split(",")]:
        raise BadRequest("no Connection: Upgrade")
    if fields.get("sec-websocket-version") != "13":
        raise BadRequest("no Sec-WebSocket-Version: 13")
    try:
        key = base64.b64decode(fields.get("sec-websocket-key", ""), validate=True)
    except binascii.Error:
        key = b""
    if len(key) != 16:
        raise BadRequest("no Sec-WebSocket-Key of 16 bytes")


def accept_of(key):
    return base64.b64encode(hashlib.sha1(key.encode() + GUID).digest()).decode()


def answer(request, extensions=""):
    lines = ["HTTP/1.1 101 Switching Protocols", "Upgrade: websocket", "Connection: Upgrade",
             f"Sec-WebSocket-Accept: {accept_of(request.fields['sec-websocket-key'])}"]
    if extensions:
        lines.append(f"Sec-WebSocket-Extensions: {extensions}")
    return "\r\n".join([*lines, "", ""]).encode()


def refusal(status, why):
    body = f"{why}\n"
    return (f"HTTP/1.1 {status}\r\nConnection: close\r\nContent-Type: text/plain\r\n"
            f"Content-Length: {len(body)}\r\n\r\n{body}").encode()
