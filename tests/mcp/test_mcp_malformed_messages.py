from __future__ import annotations

import pytest

from malformed_agent_messages import attack


@pytest.mark.parametrize("seed", [1, 2])
def test_malformed_messages_end_nothing_and_meet_no_unexpected_error(seed: int) -> None:
    seen = attack("mcp", 300, seed)
    assert seen.is_alive
    assert [] == seen.unexpected
    assert 3 == seen.n_probes
    assert {-32601, -32602} <= seen.codes.keys()
