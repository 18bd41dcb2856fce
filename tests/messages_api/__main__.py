"""The stand-in by hand: `python -m messages_api`, in the directory of the tests."""

from __future__ import annotations

import argparse
import itertools
import json
import signal
import sys
from collections.abc import Mapping

from messages_api import MessagesApi
from messages_api.errors import Json
from messages_api.prices import ARTICLE, PRICES, Price, cost
from messages_api.record import Recorded


def _line(recorded: Recorded, prices: Mapping[str, Price]) -> Json:
    """What the command line says about a request."""
    model = (recorded.body or {}).get("model")
    is_priced = recorded.usage is not None and (model in prices or prices is ARTICLE)
    return {
        "path": recorded.path,
        "status": recorded.status,
        "model": model,
        "verdict": recorded.verdict,
        "usage": recorded.usage,
        "cost": cost(recorded.usage or {}, str(model), prices) if is_priced else None,
        "error": recorded.error,
    }


def main(arguments: list[str]) -> int:
    """Serve until interrupted: the URL on the first line, then one JSON object for each request."""
    parser = argparse.ArgumentParser(description="A strict stand-in for the Messages API.")
    parser.add_argument("--port", type=int, default=0, help="port on 127.0.0.1 (default: any free one)")
    parser.add_argument(
        "--model-prices",
        choices=("article", "current"),
        default="current",
        help="prices for the cost of a request",
    )
    options = parser.parse_args(arguments)
    prices = ARTICLE if options.model_prices == "article" else PRICES
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with MessagesApi(port=options.port, prices=prices) as api:
            print(api.url, flush=True)
            for n in itertools.count(1):
                recorded = api.wait_for_any(n)
                recorded.finished.wait()
                print(json.dumps(_line(recorded, prices)), flush=True)
    except KeyboardInterrupt:
        pass
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
