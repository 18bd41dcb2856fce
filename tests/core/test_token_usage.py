from __future__ import annotations

from foreword.core.tokens import Usage


def test_the_prompt_is_everything_but_the_output() -> None:
    usage = Usage(fresh=1, write_5m=20, write_1h=300, read=4_000, output=50_000)
    assert (4_321, 320) == (usage.prompt, usage.written)


def test_usages_add_up_bucket_by_bucket() -> None:
    usages = [Usage(1, 2, 3, 4, 5), Usage(10, 20, 30, 40, 50), Usage()]
    assert Usage(11, 22, 33, 44, 55) == sum(usages, Usage())
