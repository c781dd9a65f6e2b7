"""A WebSocket server that tests clients, case by case, by the customary convention:

    /getCaseCount   /runCase?case=N&agent=A   /updateReports?agent=A

    python3 tests/conformance/server [options]      prints {"port": …} once it listens
    …/getCaseInfo?case=N and /getCaseStatus?case=N&agent=A tell of a case, /stopServer ends it

It names permessage-deflate in the cases of families 12 and 13 only. Needs nothing but Python.
"""
import argparse
import asyncio
import json
import pathlib
import signal
import ssl
import sys

sys.dont_write_bytecode = True

from catalogue import catalogue  # noqa: E402
from report import Report  # noqa: E402
from service import Service  # noqa: E402


def options():
    parser = argparse.ArgumentParser(description=__doc__, prog="tests/conformance/server",
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, default=0, help="on 127.0.0.1; 0: any that is free")
    parser.add_argument("--tls", nargs=2, metavar=("CERTIFICATE", "KEY"), help="wss instead of ws")
    parser.add_argument("--reports", type=pathlib.Path, metavar="DIRECTORY",
                        help="where index.json and index.txt are written when asked for")
    parser.add_argument("--cases", default="*", help="which, as in a shell: '1.*,7.3.2'")
    parser.add_argument("--without", default="", help="which not")
    parser.add_argument("--messages", type=int, default=1000,
                        help="how many, in the cases that count them (%(default)s)")
    parser.add_argument("--patience", type=float, default=1,
                        help="stretches all limits, for slow machines (%(default)s)")
    return parser.parse_args()


async def serve(chosen):
    context = None
    if chosen.tls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*chosen.tls)
    cases = catalogue(chosen.messages, chosen.cases.split(","), chosen.without.split(","))
    service = Service(cases, Report(chosen.reports), chosen.patience)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, service.stopping.set)
    server = await loop.create_server(service.make_peer, "127.0.0.1", chosen.port, ssl=context)
    print(json.dumps({"port": server.sockets[0].getsockname()[1]}), flush=True)
    await service.stopping.wait()
    server.close()


if __name__ == "__main__":
    asyncio.run(serve(options()))
