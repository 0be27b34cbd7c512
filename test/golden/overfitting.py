"""Writes overfitting.json: the deflated Sharpe ratio and the probability of backtest overfitting,
straight from the papers. Run: python3 overfitting.py (scipy 1.17.1, numpy 2.4.6)."""
import itertools
import json
import math

import numpy as np
from scipy import stats

GAMMA = np.euler_gamma


def deflated(returns, sharpes):
    """Bailey & Lopez de Prado 2014, for the returns of the best trial."""
    t, n = len(returns), len(sharpes)
    sharpe = returns.mean() / returns.std(ddof=1)
    skewness = stats.skew(returns)
    kurtosis = stats.kurtosis(returns, fisher=False)
    variance = np.var(sharpes, ddof=1)
    highest = (1 - GAMMA) * stats.norm.ppf(1 - 1 / n) + GAMMA * stats.norm.ppf(1 - 1 / (n * math.e))
    expected = math.sqrt(variance) * highest
    scale = math.sqrt(1 - skewness * sharpe + (kurtosis - 1) / 4 * sharpe**2)
    z = lambda benchmark: stats.norm.cdf((sharpe - benchmark) * math.sqrt(t - 1) / scale)
    return dict(probability=z(expected), undeflated=z(0), expectedMaximum=expected, trials=n,
                variance=variance, sessions=t, sharpe=sharpe, skewness=skewness, kurtosis=kurtosis)


def overfitted(matrix):
    """Bailey, Borwein, Lopez de Prado & Zhu 2017, from the returns themselves: T x N."""
    sessions, trials = matrix.shape
    bounds = [b * sessions // 16 for b in range(17)]
    blocks = [list(range(bounds[b], bounds[b + 1])) for b in range(16)]
    ranks, ins, outs = [], [], []
    sharpe = lambda part: part.mean(axis=0) / part.std(axis=0, ddof=1)
    for chosen in itertools.combinations(range(16), 8):
        rows = [i for b in chosen for i in blocks[b]]
        rest = [i for b in range(16) if b not in chosen for i in blocks[b]]
        inside, outside = sharpe(matrix[rows]), sharpe(matrix[rest])
        best = int(np.argmax(inside))
        ranks.append(stats.rankdata(outside)[best] / (trials + 1))
        ins.append(inside[best])
        outs.append(outside[best])
    ranks, ins, outs = map(np.array, (ranks, ins, outs))
    logits = np.log(ranks / (1 - ranks))
    slope = float(np.polyfit(ins, outs, 1)[0])
    return dict(probability=float((logits <= 0).mean()), lossProbability=float((outs < 0).mean()),
                slope=slope, meanInSample=float(ins.mean()), meanOutOfSample=float(outs.mean()),
                divisions=len(ranks), trials=trials)


def case(name, seed, sessions, trials, best=0.0):
    """Trials of skewed returns with eight digits; the third may be better by `best` per session."""
    rng = np.random.default_rng(seed)
    matrix = 0.01 * (rng.gamma(2.0, 1.0, (sessions, trials)) - 2.0 + 0.3 * rng.normal(size=(sessions, 1)))
    matrix[:, 2] += best
    matrix = np.round(matrix, 8)
    sharpes = matrix.mean(axis=0) / matrix.std(axis=0, ddof=1)
    return dict(name=name, returns=matrix.T.tolist(), sharpes=sharpes.tolist(), best=int(np.argmax(sharpes)),
                deflated=deflated(matrix[:, np.argmax(sharpes)], sharpes), overfitted=overfitted(matrix))


normal = [[x, float(stats.norm.cdf(x))] for x in (-37, -20, -8, -7.2, -5, -3, -1.5, -0.1, 0, 0.7, 2, 4, 7.5, 9)]
exceeded = [[p, float(stats.norm.isf(p))] for p in (1e-9, 1e-6, 0.001, 0.01, 0.2, 0.5, 0.9)]
cases = [case('noise', 1, 67, 6), case('one better', 2, 100, 9, 0.008), case('fewest sessions', 3, 32, 5)]
with open('overfitting.json', 'w') as file:
    json.dump(dict(normal=normal, exceeded=exceeded, cases=cases), file, indent=1)
    file.write('\n')
