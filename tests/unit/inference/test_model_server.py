from __future__ import annotations

import gc
import threading
import weakref
from concurrent.futures import Future
from queue import Queue
from typing import Any

from services.inference.model_server import releasing
from shared.waiting import wait_until


class Weights:
    """Stands for a model."""


class KeepsItsLastCall:
    """The generation thread as ``transformers`` has it."""

    def __init__(self) -> None:
        self._queue: Queue[Any] = Queue()
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        while True:
            fn, args, future = self._queue.get()
            future.set_result(fn(*args))

    def submit(self, fn: Any, *args: Any) -> Future[Any]:
        future: Future[Any] = Future()
        self._queue.put((fn, args, future))
        return future

    def async_submit(self, fn: Any, *args: Any) -> Future[Any]:
        return KeepsItsLastCall.submit(self, fn, *args)


def let_go(thread: Any, method: str) -> bool:
    weights = Weights()
    gone = weakref.ref(weights)
    getattr(thread, method)(id, weights).result(5)
    del weights

    def collected() -> bool:
        gc.collect()
        return gone() is None

    try:
        wait_until(collected, seconds=0.5, what="the weights gone")
    except TimeoutError:
        return False
    return True


def test_weights_are_let_go_of_after_a_call() -> None:
    assert not let_go(KeepsItsLastCall(), "submit")
    thread = releasing(KeepsItsLastCall)()
    assert let_go(thread, "submit")
    assert let_go(thread, "async_submit")
