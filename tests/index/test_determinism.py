from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

SCRIPT = """
import hashlib, sys
from pathlib import Path
from index.shapes import SHAPES
from index_files import make_bench
from foreword.index.page_rank import rank
from foreword.index.search.search import search

bench = make_bench(Path(sys.argv[1]), dict(reversed(SHAPES.items())) if sys.argv[2] == "1" else SHAPES)
with bench.store:
    index = bench.index()
    ranking = rank(index)
    print(ranking.files)
    print([ranking.definitions(path, index.outline(path)) for path in index.paths])
    print([list(index.outline(path).references.items()) for path in index.paths])
    for query in ("two boxes intersect", "canvas step colours", "BoundingBox.merge_with in src/canvas.py:7"):
        print(search(index, query, bench.text, limit=50))
"""


def test_ranking_and_search_are_the_same_under_any_hash_seed(tmp_path: Path) -> None:
    outputs = []
    for seed in ("1", "2"):
        command = [sys.executable, "-c", SCRIPT, str(tmp_path / f"{seed}.db"), seed]
        environment = os.environ | {
            "PYTHONHASHSEED": seed,
            "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
        }
        outputs.append(subprocess.run(command, check=True, capture_output=True, env=environment).stdout)
    assert outputs[0] == outputs[1]
    assert outputs[0]
