"""The campaign runs tests that exist."""

from __future__ import annotations

import runpy
from pathlib import Path

CAMPAIGN = Path(__file__).with_name("campaign.py")


def test_every_part_of_the_campaign_names_tests_that_are_there() -> None:
    parts = runpy.run_path(str(CAMPAIGN))["PARTS"]
    assert len(parts) > 5
    missing = [
        path for paths in parts.values() for path in paths if not (CAMPAIGN.parents[1] / path).exists()
    ]
    assert [] == missing
