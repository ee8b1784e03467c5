"""Run a model server on a GPU that a trainer shares: it stops when training wants the GPU, and starts again afterwards.

    python yield_gpu.py FILE vllm serve MODEL ...

Training says that it wants the GPU by a lock on FILE, which ends with it, however that ends. Only the standard library:
it runs in the model server's own image.
"""

from __future__ import annotations

import fcntl
import signal
import subprocess
import sys
import time
from pathlib import Path

#: Seconds between looks at the file, and for the server to finish what it does.
LOOK, GRACE = 1.0, 20.0


def is_wanted(file: Path) -> bool:
    """Whether a trainer holds the lock."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.touch()
    with file.open("rb") as opened:
        try:
            fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def stop(server: subprocess.Popen[bytes]) -> None:
    server.terminate()
    try:
        server.wait(GRACE)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()


def main() -> int:
    file, command = Path(sys.argv[1]), sys.argv[2:]
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    server: subprocess.Popen[bytes] | None = None
    try:
        while server is None or server.poll() is None:
            wanted = is_wanted(file)
            if wanted and server is not None:
                print("the GPU is wanted for training: the model server stops", flush=True)
                stop(server)
                server = None
            elif not wanted and server is None:
                server = subprocess.Popen(command)
            time.sleep(LOOK)
        return server.returncode
    finally:
        if server is not None and server.poll() is None:
            stop(server)


if __name__ == "__main__":
    sys.exit(main())
