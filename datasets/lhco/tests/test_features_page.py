"""The page of the features says what the columns say."""

from pathlib import Path

from bench_lhco.features.page import page
from bench_lhco.features.sets import SETS

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "features.md"


def test_the_page_is_as_the_columns_are() -> None:
    command = "python -m bench_lhco.features.page docs/reference/features.md"
    assert PAGE.read_text() == page(), command


def test_every_column_has_a_unit_a_meaning_and_but_for_the_diary_a_group() -> None:
    for name, features in SETS.items():
        assert len({column.name for column in features.columns}) == len(features.columns)
        for column in features.columns:
            assert column.unit
            assert column.meaning
            assert column.group or name == "diary"
