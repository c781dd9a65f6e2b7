"""Canaries: secrets of a test's own making, and the search for them in everything that comes out."""
import base64
import secrets


class Canaries:
    """One a door: each is told from the others, so that a leak says where it is."""

    def __init__(self):
        self.birds = {}

    def __call__(self, door):
        return self.birds.setdefault(door, f"canary-{door}-{secrets.token_hex(6)}")

    def found(self, outputs):
        """{(output, door)}: whose bird stands where, as it is, in hexadecimal or in Base64."""
        return {(output, door) for output, data in outputs.items()
                for door, bird in self.birds.items()
                if any(one in data for one in spellings(bird))}


def spellings(text):
    raw = text.encode()
    yield raw
    yield raw.hex().encode()
    for before in range(3):  # whatever stands in front of it
        coded = base64.b64encode(b"x" * before + raw)
        yield coded[-(-before * 8 // 6):len(raw) * 8 // 6 - 2]
