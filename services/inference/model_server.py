"""The model server of machines without a GPU: ``transformers serve`` on this machine alone, offline, on one thread.

    python -m services.inference.model_server [--host 127.0.0.1] [--port 8106]

It has no authentication and loads any folder that it is asked for: bind it to loopback, or to a network that only the
gateway shares. ``OMP_NUM_THREADS`` sets the threads; one is fastest for small models on a busy machine.
"""

from __future__ import annotations

import argparse
import os
from typing import Any

from shared.processor import has_bfloat16

#: Seconds after which an unused checkpoint is freed (300 MB of a 135M model). The gateway touches the live ones more
#: often: every REGISTRY_INTERVAL.
MODEL_TIMEOUT = 180


def main() -> None:
    options = argparse.ArgumentParser(prog="model_server", description="Serve merged checkpoints to the gateway.")
    options.add_argument("--host", default="127.0.0.1", help="address to listen on (default: this machine alone)")
    options.add_argument("--port", type=int, default=8106)
    options.add_argument(
        "--dtype",
        default="bfloat16" if has_bfloat16() else "float32",
        help="auto (as saved), bfloat16 or float32 (default: what this processor computes fastest with)",
    )
    options.add_argument(
        "--model-timeout", type=int, default=MODEL_TIMEOUT, help="seconds until an idle model is freed"
    )
    serve(**vars(options.parse_args()))


def serve(host: str, port: int, dtype: str, model_timeout: int) -> None:
    """Serve until SIGINT or SIGTERM. Nothing is fetched from a model hub."""
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    os.environ["HF_HUB_OFFLINE"] = "1"
    from transformers.cli.serve import ReasoningMode, Serve
    from transformers.cli.serving import utils

    utils.InferenceThread = releasing(utils.InferenceThread)  # type: ignore[misc]
    Serve(
        host=host,
        port=port,
        device="cpu",
        dtype=dtype,
        model_timeout=model_timeout,
        reasoning=ReasoningMode.OFF,
        log_level="error",
    )


def releasing(thread: type[Any]) -> type[Any]:
    """The server's generation thread, without its memory leak.

    The thread's loop keeps its last call, and through it the model, until the next one, which never comes once the
    model was freed: each checkpoint ever served would stay in memory. An empty call behind each one lets go of it.
    """

    class ReleasingThread(thread):  # type: ignore[misc]
        def submit(self, fn: Any, *args: Any, **kwargs: Any) -> Any:
            future = super().submit(fn, *args, **kwargs)
            super().submit(_nothing)
            return future

        def async_submit(self, fn: Any, *args: Any, **kwargs: Any) -> Any:
            future = super().async_submit(fn, *args, **kwargs)
            super().submit(_nothing)
            return future

    return ReleasingThread


def _nothing() -> None: ...


if __name__ == "__main__":
    main()
