"""The conversation about cases: which request target asks for what."""
import asyncio
import json
import time

import script
from frames import TEXT, Frame, close_payload
from peer import Peer
from verdict import judge


class Service:
    """Makes a Peer for every connection and does what it asks for. `stopping` is set when a client
    asked for that."""

    def __init__(self, cases, report, patience=1):
        self.stopping = asyncio.Event()
        self._cases, self._report, self._patience = cases, report, patience
        self._by_name = {case.id: case for case in cases}
        self._news = asyncio.Condition()
        self._tasks = set()
        self._targets = {"/getCaseCount": self._count, "/runCase": self._run,
                         "/getCaseInfo": self._info, "/getCaseStatus": self._status,
                         "/updateReports": self._update, "/stopServer": self._stop}

    def make_peer(self):
        return Peer(self._begin, self._patience)

    def _begin(self, peer):
        act = self._targets.get(peer.request.path)
        if act is None:
            return peer.refuse("404 Not Found", "no such target")
        if act in (self._run, self._info, self._status) and self._case(peer) is None:
            return peer.refuse("404 Not Found", "no such case")
        task = asyncio.get_running_loop().create_task(act(peer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return None

    def _case(self, peer):
        name, number = peer.request.query.get("casetuple"), peer.request.query.get("case", "")
        if name is not None:
            return self._by_name.get(name)
        known = number.isascii() and number.isdigit() and 0 < int(number) <= len(self._cases)
        return self._cases[int(number) - 1] if known else None

    # ---- what can be asked for

    async def _count(self, peer):
        await self._tell(peer, len(self._cases))

    async def _info(self, peer):
        case = self._case(peer)
        await self._tell(peer, {"id": case.id, "description": case.title})

    async def _status(self, peer):
        case, agent = self._case(peer), _agent(peer)
        async with self._news:
            await self._news.wait_for(lambda: self._report.of(agent, case) or peer.ended)
        if not peer.ended:
            await self._tell(peer, {"behavior": self._report.of(agent, case)["behavior"]})

    async def _update(self, peer):
        self._report.write()
        peer.accept()
        await self._part(peer)
        if peer.request.query.get("shutdownOnComplete") == "true":
            self.stopping.set()

    async def _stop(self, peer):
        peer.accept()
        await self._part(peer)
        self.stopping.set()

    async def _run(self, peer):
        case, began = self._case(peer), time.monotonic()
        facts = await script.play(case, peer, self._patience)
        self._report.note(
            _agent(peer), case, judge(case, peer, facts), extensions=facts.extensions,
            compressed=peer.compressed, duration=round((time.monotonic() - began) * 1000),
            remoteCloseCode=peer.client_close[0] if peer.client_close else None)
        async with self._news:
            self._news.notify_all()

    # ---- how it is said

    async def _tell(self, peer, value):
        peer.accept()
        await peer.send([Frame(TEXT, json.dumps(value).encode())])
        await self._part(peer)

    @staticmethod
    async def _part(peer):
        peer.close(close_payload(1000))
        await peer.until(lambda: peer.ended)


def _agent(peer):
    return peer.request.query.get("agent", "nobody")
