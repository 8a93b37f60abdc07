"""The steps of functions that read hostile input grow with its length, not faster.

How long regular expressions take is measured by ``benchmarks/growth_of_functions.py``.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable, Iterator
from types import FrameType, ModuleType

import pytest
from scripts import benchmark_script

SIZE = 400
FEW = 4_000
"""Steps that are too few to be compared."""


@pytest.fixture(scope="module")
def growth() -> Iterator[ModuleType]:
    yield from benchmark_script("growth_of_functions")


def _steps(call: Callable[[], object]) -> int:
    """The number of operations of Python's virtual machine during a call."""
    count = 0

    def trace(frame: FrameType, event: str, argument: object) -> Callable[..., object]:
        nonlocal count
        frame.f_trace_opcodes = True
        count += event == "opcode"
        return trace

    before = sys.gettrace()
    frame = sys._getframe()
    frame.f_trace_opcodes = True  # some versions look at this when tracing begins
    gc.disable()  # what other tests left would be finalized, and counted
    sys.settrace(trace)
    try:
        call()
    finally:
        sys.settrace(before)
        gc.enable()
    assert count
    return count


def test_four_times_the_input_takes_at_most_five_times_the_steps(growth: ModuleType) -> None:
    wrong = {}
    for case in growth.cases():
        small, large = (_steps(case.prepare(size)) for size in (SIZE, 4 * SIZE))
        if large > 5 * max(small, FEW):
            wrong[case.function, case.kind] = small, large
    assert wrong == {}


def test_steps_of_a_slow_function_are_noticed() -> None:
    def slow(count: int) -> object:
        return lambda: [None for _ in range(count) for _ in range(count)]

    assert _steps(slow(400)) > 12 * _steps(slow(100))
