"""A receipt in one line for people."""

from __future__ import annotations

from foreword.assist.question.answer import Answer


def receipt_line(answer: Answer) -> str:
    """Cache, money, freshness and time of an answer."""
    receipt = answer.receipt
    parts = [
        f"{answer.provider} · {answer.model}" if not receipt.simulated else "offline",
        cache_phrase(answer),
        money_phrase(answer),
        _freshness(len(receipt.freshness.delta_files)),
        f"{receipt.total_ms / 1000:.1f} s",
    ]
    return " · ".join(parts)


def cache_phrase(answer: Answer) -> str:
    """What the cache did."""
    receipt = answer.receipt
    label = "simulated cache" if receipt.simulated else "cache"
    prompt = receipt.usage.prompt
    share = (
        f", {receipt.usage.read:,} of {prompt:,} prompt tokens read"
        if receipt.usage.read
        else f", {prompt:,} prompt tokens"
    )
    where = f" ({receipt.verdict.file})" if receipt.verdict.file else ""
    return f"{label}: {receipt.verdict.kind}{where}{share}"


def money_phrase(answer: Answer) -> str:
    """What the answer cost, and what it would have cost without the cache."""
    receipt = answer.receipt
    verb = f"would cost (as {receipt.priced_as})" if receipt.simulated else "cost"
    return f"{verb} {dollars(receipt.cost)}, without cache {dollars(receipt.without_cache)}"


def dollars(amount: float) -> str:
    """US dollars with as many places as the amount needs."""
    sign, size = "-" if amount < 0 else "", abs(amount)
    return f"{sign}${size:,.2f}" if size >= 1 else f"{sign}${size:.4f}"


def _freshness(n_files: int) -> str:
    if n_files == 0:
        return "fresh: as at the anchor"
    return f"fresh: {n_files} changed file{'s' if n_files > 1 else ''} in the delta"
