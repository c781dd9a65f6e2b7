"""Families 9 (sizes, many fragments, many messages) and 10 (fragments of an odd size)."""
import itertools

import data
from script import Case, Exchange

KIB, MIB = 1 << 10, 1 << 20
KINDS = (("text", data.counted), ("binary", data.counted_binary))


def _one(name, title, kind, make, length, limit, **how):
    exchange = Exchange(kind, lambda: [make(length)], **how)
    return Case(name, title, [exchange], [exchange.mark], limit=limit)


def _limits(messages):
    for offset, (kind, make) in enumerate(KINDS):
        for number, length in enumerate((64 * KIB, 256 * KIB, MIB, 4 * MIB, 8 * MIB, 16 * MIB), 1):
            yield _one(f"9.{1 + offset}.{number}", f"{kind} of {length} octets", kind, make, length,
                       10 if number < 3 + 2 * offset else 100)
        for number in range(1, 10):
            size = 64 * 4 ** (number - 1)
            yield _one(f"9.{3 + offset}.{number}", f"{kind} of 4 MiB in fragments of {size}", kind,
                       make, 4 * MIB, 100, fragment=size)
        for number in range(1, 7):
            size = 64 << (number - 1)
            yield _one(f"9.{5 + offset}.{number}", f"{kind} of 1 MiB, {size} octets at a time",
                       kind, make, MIB, 1000, chop=size)
        lengths = (0, 16, 64, 256, 1024, 4096)
        for number, (length, limit) in enumerate(zip(lengths, (60, 60, 60, 120, 240, 480)), 1):
            yield _many(f"9.{7 + offset}.{number}", kind, make, length, limit, messages)


def _many(name, kind, make, length, limit, messages):
    """No two messages alike, if they have any content."""
    content = make(64 * KIB + 8)

    def payloads():
        return data.slices(content, length) if length else itertools.repeat(b"")
    exchange = Exchange(kind, payloads, messages)
    return Case(name, f"{messages} {kind} messages of {length} octets", [exchange],
                [exchange.mark], limit=limit)


def cases(messages):
    return [*_limits(messages),
            _one("10.1.1", "text of 64 KiB in fragments of 1300", "text", data.counted, 65536, 10,
                 fragment=1300)]
