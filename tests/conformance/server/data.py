"""What is sent: made up by rule, the same in every run, and of the sizes and kinds that compression
meets in life. None of it repeats so soon that a misplaced piece could go unnoticed."""
import functools
import json
import random

WORDS = ("harbour winter lantern gravel orchard ferry copper meadow signal thunder barley kettle "
         "river anchor walnut bridge candle sparrow market ladder stone window garden "
         "letter").split()


@functools.cache
def counted(length):
    """ASCII in which every eight octets are a number of their own."""
    return b"".join(b"%07d " % number for number in range(length // 8 + 1))[:length]


@functools.cache
def counted_binary(length):
    return b"".join((number * 2654435761 & 0xFFFFFFFF).to_bytes(4, "little")
                    for number in range(length // 4 + 1))[:length]


def _prose(chance, words):
    sentences = []
    while words > 0:
        count = min(words, chance.randint(5, 14))
        sentences.append(" ".join(chance.choices(WORDS, k=count)).capitalize() + ". ")
        words -= count
    return "".join(sentences)


@functools.cache
def record_list():
    """JSON, ASCII, about 190 KiB."""
    chance = random.Random(1)
    return json.dumps([{"id": number, "name": " ".join(chance.choices(WORDS, k=2)),
                        "on": chance.random() < 0.5, "at": round(chance.uniform(-90, 90), 5),
                        "tags": chance.choices(WORDS, k=3)} for number in range(1800)])


@functools.cache
def bitmap():
    """Runs of few colours, about 257 KiB."""
    chance, rows = random.Random(2), []
    for _ in range(512):
        row = b""
        while len(row) < 514:
            row += bytes((chance.choice((0, 0, 17, 34, 255)),)) * chance.randint(1, 60)
        rows.append(row[:514])
    return b"BM" + b"".join(rows)


@functools.cache
def prose():
    """About 217 KiB."""
    return _prose(random.Random(3), 30000).encode()


@functools.cache
def page():
    """HTML in which some characters take several octets, about 257 KiB."""
    chance, lines = random.Random(4), ["<!DOCTYPE html>\n<html>\n<body>\n"]
    for number in range(2700):
        text = _prose(chance, 7).replace("o", "ö") if number % 3 == 0 else _prose(chance, 7)
        style = chance.randint(1, 9)
        lines.append(f'<p class="c{style}" id="p{number}">{text} – €{number} 𝄞</p>\n')
    return "".join(lines) + "</body>\n</html>\n"


@functools.cache
def document():
    """Compressed streams between a few readable lines, as in a PDF, about 1 MiB: barely
    compressible."""
    chance = random.Random(5)
    return b"".join(b"%d 0 obj\n<< /Length 4096 >>\nstream\n" % number + chance.randbytes(4096)
                    + b"\nendstream\n" for number in range(250))


def slices(content, length):
    """For ever: pieces of that length, one behind the other and round again; of text, in UTF-8."""
    whole, at = content + content[:length], 0
    while True:
        piece = whole[at:at + length]
        yield piece.encode() if isinstance(piece, str) else piece
        at = (at + length) % len(content)
