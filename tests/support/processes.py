"""Processes of the live tests: started with a leash, ended by PID, waited for with a deadline."""
import ctypes
import signal
import socket
import subprocess
import time

DEADLINE = 15.0  # seconds; generous, because nothing waits for it unless something is wrong
_libc = ctypes.CDLL(None, use_errno=True)


def _leash():
    _libc.prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG: nothing outlives the test run


def spawn(command, **options):
    return subprocess.Popen([str(part) for part in command], preexec_fn=_leash, **options)


def end(process, number=signal.SIGTERM, timeout=DEADLINE):
    """The exit status; a process that does not go is killed, and that is an error."""
    if process.poll() is None:
        process.send_signal(number)
    try:
        return process.wait(timeout)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        raise AssertionError(f"{process.args[0]} did not end within {timeout} s") from None


def wait_for(condition, what, timeout=DEADLINE):
    """The condition's value, as soon as it is true."""
    until = time.monotonic() + timeout
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > until:
            raise AssertionError(f"after {timeout} s still not: {what() if callable(what) else what}")
        time.sleep(0.005)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def is_listening(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
