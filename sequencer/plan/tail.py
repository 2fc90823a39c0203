"""Mean of the worst part of a distribution: conditional value at risk."""

from __future__ import annotations

from collections.abc import Sequence


def worst_mean(amounts: Sequence[float], shares: Sequence[float], level: float) -> float:
    """Mean of the worst ``1 − level`` of all outcomes: conditional value at risk (CVaR) of an amount to be large.

    The outcome that the line runs through counts with the part of its probability below it, which is what
    ``max η − Σ share · max(0, η − amount) / (1 − level)`` comes to (Rockafellar and Uryasev 2000, *Optimization of
    conditional value-at-risk*).

    Parameters
    ----------
    amounts
        Amount in each outcome; more is better.
    shares
        Probability of each outcome; they sum to 1.
    level
        From 0 (the mean of all outcomes) to below 1 (the worst outcome, in the end).
    """
    left = worst = 1.0 - level
    made = 0.0
    for amount, share in sorted(zip(amounts, shares, strict=True)):
        part = min(share, left)
        made += part * amount
        left -= part
        if left <= 0:
            break
    return made / (worst - max(left, 0.0))
