"""Families 12 (permessage-deflate as the client offers it, data of five kinds) and 13 (with what
the server asks of the client)."""
import data
from deflate import Demand
from script import Case, Exchange

# (length of the messages, in characters where they are text; fragments of the compressed payload)
SHAPES = [*((length, 0) for length in (16, 64, 256, 1024, 4096, 8192, 16384, 32768, 65536, 131072)),
          *((length, 256) for length in (8192, 16384, 32768, 65536, 131072)),
          (131072, 1024), (131072, 4096), (131072, 32768)]

CONTENTS = [("text", data.record_list), ("binary", data.bitmap), ("binary", data.prose),
            ("text", data.page), ("binary", data.document)]

ANY, FRESH = Demand(), Demand(no_context_takeover=True)
DEMANDS = [(ANY,), (FRESH,), (Demand(False, 9),), (Demand(False, 15),), (Demand(True, 9),),
           (Demand(True, 15),), (Demand(True, 9), FRESH, ANY)]


def _of(demands):
    kept = {True: "fresh windows", False: "a kept window"}
    return ", else ".join(f"{kept[demand.no_context_takeover]} of "
                          f"{demand.window_bits or 'any number of'} bits" for demand in demands)


def _shapes(group, title, content, demands, messages):
    kind, make = content
    for number, (length, fragment) in enumerate(SHAPES, 1):
        exchange = Exchange(kind, lambda length=length: data.slices(make(), length), messages,
                            fragment, compress=True)
        yield Case(f"{group}.{number}", f"{title}; {messages} of {length}, "
                   f"{f'fragments of {fragment}' if fragment else 'not fragmented'}",
                   [exchange], [exchange.mark], limit=dict(enumerate((60, 60, 120, 240), 1))
                   .get(number, 480), demands=demands)


def cases(messages):
    return [case
            for group, content in enumerate(CONTENTS, 1)
            for case in _shapes(f"12.{group}", content[1].__name__, content, (ANY,), messages)
            ] + [case
                 for group, demands in enumerate(DEMANDS, 1)
                 for case in _shapes(f"13.{group}", _of(demands), CONTENTS[0], demands, messages)]
