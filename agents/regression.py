"""Bayesian linear regression on named features: what is believed of a number, and how surely. Pure, no libraries.

Every weight begins as a normal prior of its own; each observation is one rank-one update of mean and covariance
(Bishop 2006, section 3.3). Features that an observation lacks are 0 in it, and what was never seen keeps its prior.
"""

from collections.abc import Callable, Mapping

Features = Mapping[str, float]
Prior = Callable[[str], tuple[float, float]]
"""mean and variance of a feature's weight before anything was observed"""


class Regression:
    """Weights of features, learned one observation at a time."""

    def __init__(self, prior: Prior) -> None:
        self._prior = prior
        self._at: dict[str, int] = {}
        self._mean: list[float] = []
        self._cov: list[list[float]] = []

    def learn(self, features: Features, value: float, noise: float) -> None:
        """Take in one observation whose variance is `noise`."""
        x = [(self._place(name), amount) for name, amount in features.items()]
        gain = [sum(row[i] * a for i, a in x) for row in self._cov]
        spread = sum(gain[i] * a for i, a in x) + noise
        miss = (value - sum(self._mean[i] * a for i, a in x)) / spread
        for i, g in enumerate(gain):
            if g == 0.0:
                continue
            self._mean[i] += g * miss
            share, row = g / spread, self._cov[i]
            self._cov[i] = [c - share * other for c, other in zip(row, gain, strict=True)]

    def predict(self, features: Features) -> tuple[float, float]:
        """Mean and variance of the value, without the noise of measuring it."""
        mean, variance = 0.0, 0.0
        known: list[tuple[int, float]] = []
        for name, amount in features.items():
            at = self._at.get(name)
            if at is None:
                first, spread = self._prior(name)
                mean += first * amount
                variance += spread * amount * amount
            else:
                known.append((at, amount))
        for i, a in known:
            row = self._cov[i]
            mean += self._mean[i] * a
            variance += a * sum(row[j] * b for j, b in known)
        return mean, max(0.0, variance)

    def forget(self, prefix: str) -> None:
        """Drop the weights whose names begin so; what they taught the others stays, as of any normal distribution."""
        kept = [name for name in self._at if not name.startswith(prefix)]
        rows = [self._at[name] for name in kept]
        self._mean = [self._mean[i] for i in rows]
        self._cov = [[self._cov[i][j] for j in rows] for i in rows]
        self._at = {name: n for n, name in enumerate(kept)}

    def weights(self) -> dict[str, tuple[float, float]]:
        """Mean and variance of each weight that an observation touched."""
        return {name: (self._mean[i], self._cov[i][i]) for name, i in self._at.items()}

    def copy(self) -> "Regression":
        """The same beliefs, to be taught something else."""
        twin = Regression(self._prior)
        twin._at, twin._mean = dict(self._at), list(self._mean)
        twin._cov = [list(row) for row in self._cov]
        return twin

    def _place(self, name: str) -> int:
        """The row of a feature, made from its prior where it is new."""
        if name not in self._at:
            mean, variance = self._prior(name)
            self._at[name] = len(self._mean)
            self._mean.append(mean)
            for row in self._cov:
                row.append(0.0)
            self._cov.append([0.0] * len(self._at))
            self._cov[-1][-1] = variance
        return self._at[name]
