"""Files and functions stay readable in one sitting, annotated, and outweighed by their tests."""

from collections.abc import Callable
from pathlib import Path

import pytest

from support import house

Plant = Callable[[str, str], Path]


def test_no_file_is_longer_than_the_budget() -> None:
    assert house.long_files(house.ROOT) == []


def test_a_long_file_is_found(plant: Plant) -> None:
    root = plant("pwa/src/app.ts", "x\n" * 401)
    assert house.long_files(root) == ["pwa/src/app.ts has 401 lines"]


def test_no_function_is_longer_than_the_hard_limit() -> None:
    long = [f for f in house.functions(house.ROOT) if f.lines > house.FUNCTION_LINES]
    assert long == []


def test_nearly_all_functions_keep_to_the_budget() -> None:
    lengths = [function.lines for function in house.functions(house.ROOT)]
    assert house.percentile_95(lengths) <= house.FUNCTION_LINES_P95


def test_the_length_of_a_function_leaves_its_docstring_out(plant: Plant) -> None:
    body = '    """Say.\n\n    More.\n    """\n' + "    x = 1\n" * 60
    root = plant("backend/sayso/long.py", "def long() -> None:\n" + body)
    lengths = {f.where.split()[-1]: f.lines for f in house.functions(root)}
    assert lengths["long"] == 61


@pytest.mark.parametrize(
    ("lengths", "expected"),
    [([], 0), ([7], 7), ([*range(1, 101)], 95), ([1] * 19 + [90], 1), ([1] * 18 + [90] * 2, 90)],
)
def test_the_95th_percentile(lengths: list[int], expected: int) -> None:
    assert house.percentile_95(lengths) == expected


def test_every_function_is_annotated() -> None:
    assert [f.where for f in house.functions(house.ROOT) if not f.annotated] == []


@pytest.mark.parametrize(
    "source",
    [
        "def f(x): return x",
        "def f(x: int): return x",
        "def f(x) -> int: return x",
        "def f(*, x) -> int: return x",
        "def f(**x) -> int: return x",
        "class C:\n    def f(self, x) -> int: return x",
    ],
)
def test_a_missing_annotation_is_found(plant: Plant, source: str) -> None:
    root = plant("backend/sayso/bare.py", source)
    assert [f.where.split()[-1] for f in house.functions(root) if not f.annotated] == ["f"]


def test_tests_outweigh_the_source() -> None:
    assert house.test_ratio(house.ROOT) >= house.TEST_RATIO


def test_untested_source_tips_the_balance(plant: Plant) -> None:
    assert house.test_ratio(plant("backend/sayso/short.py", "x = 1\n")) == 4.0
    assert house.test_ratio(plant("backend/sayso/short.py", "x = 1\n\n" * 200)) < house.TEST_RATIO
