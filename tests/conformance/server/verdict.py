"""Two verdicts on a case: on what the client did, and on how it closed."""
import dataclasses

OK, NON_STRICT, INFORMATIONAL = "OK", "NON-STRICT", "INFORMATIONAL"
UNIMPLEMENTED, FAILED = "UNIMPLEMENTED", "FAILED"
UNCLEAN, WRONG_CODE = "UNCLEAN", "WRONG CODE"
MOST_SHOWN = 200  # characters of a remark


@dataclasses.dataclass(frozen=True)
class Verdict:
    behavior: str
    close: str
    remark: str = ""  # why it is not OK


def judge(case, peer, facts):
    """On a play that has ended."""
    close = _close(case, peer)
    behavior = _behavior(case, peer, facts)
    if close in (FAILED, UNCLEAN, WRONG_CODE) and case.ending.fatal:
        behavior = FAILED
    if (behavior, close) in ((OK, OK), (INFORMATIONAL, INFORMATIONAL)):
        return Verdict(behavior, close)
    return Verdict(behavior, close, _remark(case, peer, facts))


def _behavior(case, peer, facts):
    if any(kind == "violation" for kind, _ in peer.seen):
        return FAILED
    if case.informational:
        return INFORMATIONAL
    if case.demands and not facts.extensions:
        return UNIMPLEMENTED
    if peer.seen == list(case.ok):
        return OK
    if case.non_strict is not None and peer.seen == list(case.non_strict):
        return NON_STRICT
    return FAILED


def _close(case, peer):
    if any(kind == "violation" for kind, _ in peer.seen):
        return FAILED
    if case.informational:
        return INFORMATIONAL
    # A client that went without a word was the first to end it; that is all there is to it.
    if (peer.first or "client") != case.ending.first:
        return FAILED
    if not peer.client_close:
        return UNCLEAN
    return OK if peer.client_close[0] in case.ending.codes else WRONG_CODE


def _remark(case, peer, facts):
    close = f"Close {peer.client_close[0] or 'empty'}" if peer.client_close else "no Close"
    return (f"expected {_shown(case.ok)} and {case.ending.first} first; "
            f"saw {_shown(peer.seen)}, {peer.first or 'nobody'} first, {close} from the client"
            + (", not within the limit" if facts.late else ""))


def _shown(story):
    text = ", ".join(f"{kind} {value!r}" if not isinstance(value, bytes) or len(value) < 40
                     else f"{kind} of {len(value)} bytes" for kind, value in story)
    return f"[{text if len(text) < MOST_SHOWN else text[:MOST_SHOWN] + '…'}]"
