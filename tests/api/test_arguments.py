from __future__ import annotations

from foreword.api.parameters import Arguments


def test_half_a_surrogate_pair_of_a_client_is_replaced_since_no_store_and_no_request_takes_it() -> None:
    arguments = Arguments([{"title": "a\ud83d", "paths": ["b\udc00", "c\ud83d\ude00"]}])
    assert "a\ufffd" == arguments.text("title")
    assert ["b\ufffd", "c\U0001f600"] == arguments.texts("paths")
