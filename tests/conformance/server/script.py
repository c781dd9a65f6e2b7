"""What a case is: the steps of a script, and what must come of them.

    Case("5.6", "…", steps=[Send([…])], ok=[("pong", b"…"), ("text", b"…")])

The steps are played in order until the client is gone; then the server waits until it has seen what
it expected (and begins the closing handshake), until the client has ended it, or until the limit.
"""
import asyncio
import dataclasses
import itertools
import typing

import deflate as deflation
from frames import CLOSE, OPCODE, RSV1, Frame, close_payload, in_fragments


@dataclasses.dataclass(frozen=True)
class Ending:
    """How the closing handshake has to go. The customary judgement takes an end of TCP without a
    Close wherever the client has to fail the connection; a client that crashed looks the same, so
    this one wants the Close and its code."""
    first: str  # "server" or "client": whose Close goes first
    codes: frozenset  # that the client's Close may have; None: an empty one
    fatal: bool = False  # a wrong end is wrong behaviour, too


def ending(first, *codes, fatal=False):
    return Ending(first, frozenset(codes), fatal)


NORMAL = ending("server", 1000, None)
PROTOCOL_ERROR = ending("client", 1002)
INVALID_TEXT = ending("client", 1007, fatal=True)


@dataclasses.dataclass(frozen=True)
class Case:
    id: str
    title: str
    steps: typing.Sequence
    ok: typing.Sequence = ()
    non_strict: typing.Sequence | None = None
    ending: Ending = NORMAL
    limit: float = 1  # seconds, without the steps' own pauses
    demands: typing.Sequence = ()  # deflate.Demand; none: the extension is declined
    informational: bool = False

    @property
    def family(self):
        return int(self.id.split(".")[0])

    @property
    def pauses(self):
        return sum(step.seconds for step in self.steps if isinstance(step, Pause))


# ---- steps: each has `async play(peer)`

@dataclasses.dataclass(frozen=True)
class Send:
    frames: typing.Sequence
    sync: bool = False  # every frame in a write of its own
    chop: int = 0  # bytes per write

    async def play(self, peer):
        await peer.send(self.frames, self.sync, self.chop)


@dataclasses.dataclass(frozen=True)
class Octets:
    """As they are: a piece of a frame."""
    data: bytes

    async def play(self, peer):
        await peer.write([self.data])


@dataclasses.dataclass(frozen=True)
class Pause:
    """Leaves its mark in what was seen, if the client is still there."""
    seconds: float
    mark: str

    async def play(self, peer):
        try:
            await asyncio.wait_for(peer.until(peer.is_over), self.seconds)
        except asyncio.TimeoutError:
            peer.seen.append(("pause", self.mark))


@dataclasses.dataclass(frozen=True)
class Close:
    """The server begins the closing handshake."""
    payload: bytes = b""

    async def play(self, peer):
        peer.close(self.payload)


@dataclasses.dataclass(frozen=True)
class Exchange:
    """Messages one by one, the next as soon as the echo is there, compared byte for byte."""
    kind: str
    payloads: typing.Callable[[], typing.Iterable[bytes]]  # made when needed: they can be large
    count: int = 1
    fragment: int = 0  # bytes, of what goes on the wire
    chop: int = 0
    compress: bool = False

    async def play(self, peer):
        for payload in itertools.islice(self.payloads(), self.count):
            if self.compress:
                frames = in_fragments(OPCODE[self.kind], peer.deflate.compress(payload),
                                      self.fragment, RSV1)
            else:
                frames = in_fragments(OPCODE[self.kind], payload, self.fragment)
            await peer.send(frames, chop=self.chop)
            await peer.until(lambda: peer.seen or peer.is_over())
            if peer.seen != [(self.kind, payload)]:
                return  # and what was seen instead stands there
            peer.seen.clear()
        peer.seen.append(self.mark)

    @property
    def mark(self):
        return ("echoed", self.count)


# ---- the play

@dataclasses.dataclass(frozen=True)
class Facts:
    """What came of it, for the judge."""
    extensions: str = ""  # as negotiated
    late: bool = False  # the limit came first


async def play(case, peer, patience=1):
    """Accepts the upgrade, plays all steps and sees the connection end."""
    agreement = deflation.agree(deflation.offers_in(peer.request.extensions), case.demands)
    if agreement is None:
        peer.accept()
    else:
        peer.accept(deflation.Deflate(agreement), agreement.text())
    complete, late = False, False
    if case.demands and agreement is None:  # nothing to play; that it could not be is told below
        complete = True
    else:
        try:
            async with asyncio.timeout(case.limit * patience + case.pauses):
                complete = await _play_steps(case, peer)
        except TimeoutError:
            late = True
    peer.close(close_payload(1000 if complete else 1001))
    await peer.until(lambda: peer.ended)
    return Facts(agreement.text() if agreement else "", late)


async def _play_steps(case, peer):
    """True if what was expected has come."""
    for step in case.steps:
        if peer.is_over():
            return False
        await step.play(peer)

    def complete():
        return case.ending is NORMAL and peer.seen == list(case.ok)
    await peer.until(lambda: peer.is_over() or complete() or _is_hopeless(case, peer))
    return complete()


def _is_hopeless(case, peer):
    """What was seen begins nothing that was expected: no need to wait for more."""
    return not case.informational and not any(
        peer.seen == list(story)[:len(peer.seen)] for story in (case.ok, case.non_strict or ()))


def raw_close(payload=b"", rsv=0):
    """A Close as a frame like any other: the server does not take it for its own."""
    return Frame(CLOSE, payload, True, rsv)
