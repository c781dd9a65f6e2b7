#!/usr/bin/python3
"""A server on python3-websockets for ws_probe: each line on the standard input says how one
conversation is to go, the answer names its port, and when it is over a line tells how it went.
Ends with its input.

{"deflate": null or {"server_no_context_takeover": …, "client_no_context_takeover": …,
                     "server_max_window_bits": …, "client_max_window_bits": …},
 "say": [[kind, size, period, fragment], …],    first of all, each in frames of so many bytes
 "ping": a word or null, "echo": bytes of a frame, or 0, "close": [after, code, reason] or null}
"""
import asyncio
import hashlib
import json
import random
import sys
import warnings

warnings.simplefilter("ignore", DeprecationWarning)

import websockets  # noqa: E402
from websockets.exceptions import ConnectionClosed  # noqa: E402
from websockets.extensions.permessage_deflate import ServerPerMessageDeflateFactory  # noqa: E402

WORDS = "ein Wort, größer, 5 €, 😀; ".encode()


def made(kind, size, period):
    unit = WORDS if kind == "text" else random.Random(period).randbytes(max(period, 1))
    if kind == "text":
        return unit * (size // len(unit)) + b"." * (size % len(unit))
    return (unit * (size // len(unit) + 1))[:size]


def digest(kind, content):
    return {"kind": kind, "size": len(content), "sha1": hashlib.sha1(content).hexdigest()}


async def say(connection, kind, content, fragment):
    if not fragment or len(content) <= fragment:
        return await connection.send(content.decode() if kind == "text" else content)
    step = (lambda piece: piece.decode()) if kind == "text" else bytes
    await connection.send(map(step, pieces(kind, content, fragment)))


def pieces(kind, content, fragment):
    """Fragments of about that size; of a text, this library wants whole characters."""
    while content:
        end = min(fragment, len(content))
        while kind == "text" and end < len(content) and content[end] & 0xC0 == 0x80:
            end += 1
        yield content[:end]
        content = content[end:]


def agreed(connection):
    extensions = getattr(connection, "extensions", None)
    if extensions is None:
        extensions = connection.protocol.extensions  # since version 13
    for each in extensions:
        return {"server_no_context_takeover": each.local_no_context_takeover,
                "client_no_context_takeover": each.remote_no_context_takeover,
                "server_max_window_bits": each.local_max_window_bits,
                "client_max_window_bits": each.remote_max_window_bits}
    return None


def note_pong(answer, word, report):
    if not answer.cancelled() and answer.exception() is None:
        report["ponged"].append(word)


async def converse(connection, plan, report):
    report["agreed"] = agreed(connection)
    for kind, size, period, fragment in plan["say"]:
        content = made(kind, size, period)
        report["said"].append(digest(kind, content))
        await say(connection, kind, content, fragment)
    if plan["ping"]:  # and read on: the answer may stand behind messages
        answer = await connection.ping(plan["ping"].encode())
        answer.add_done_callback(lambda _: note_pong(answer, plan["ping"], report))
    after, code, reason = plan["close"] or (-1, 0, "")
    while len(report["heard"]) != after:
        message = await connection.recv()
        kind = "text" if isinstance(message, str) else "binary"
        content = message.encode() if kind == "text" else message
        report["heard"].append(digest(kind, content))
        await say(connection, kind, content, plan["echo"])
    await connection.close(code, reason)


async def serve(plan):
    report = {"agreed": None, "said": [], "heard": [], "ponged": []}
    over = asyncio.Event()

    async def handle(connection, _path=None):
        try:
            await converse(connection, plan, report)
        except ConnectionClosed:
            pass
        except Exception as error:  # whatever it is, the test is told
            report["error"] = repr(error)
            await connection.close(1011)
        await connection.wait_closed()
        report["close"] = {"code": connection.close_code, "reason": connection.close_reason}
        over.set()

    deflate = plan["deflate"]
    extensions = [] if deflate is None else [ServerPerMessageDeflateFactory(**deflate)]
    server = await websockets.serve(handle, "127.0.0.1", 0, compression=None, extensions=extensions,
                                    ping_interval=None, max_size=None)
    report["port"] = server.sockets[0].getsockname()[1]
    print(json.dumps({"port": report["port"]}), flush=True)
    await over.wait()
    print(json.dumps(report), flush=True)
    server.close()


async def main():
    loop, running = asyncio.get_running_loop(), set()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        running.add(loop.create_task(serve(json.loads(line))))


asyncio.run(main())
