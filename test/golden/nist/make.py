"""Writes the NIST StRD univariate data sets that are defined by a formula, and checks all nine against their certified values.

PiDigits: the first 5000 decimal digits of pi, as NIST has them: digit 957 is 3 there where pi has 8, and the certified values are those of
the digits with the 3. NumAcc1: 10000001, 10000003, 10000002. NumAcc2: 1.2, then 1.1 and 1.3 five hundred times.
NumAcc3 and NumAcc4: the same with 1000000 and 10000000 added. Lew, Lottery, Mavro and Michelso are observations; their files are NIST's
data, one value per line. Exact decimal arithmetic: mpmath for pi, fractions for the rest.

    python3 make.py
"""
import json
from decimal import Decimal, getcontext
from fractions import Fraction
from pathlib import Path

from mpmath import mp

getcontext().prec = 40
here = Path(__file__).parent
certified = json.loads((here / 'certified.json').read_text())


def write(name, values):
    (here / f'{name}.txt').write_text(''.join(f'{value}\n' for value in values))


mp.dps = 5010
pi = mp.nstr(mp.pi, 5005).replace('.', '')[:5000]
assert pi[956] == '8'
write('PiDigits', f'{pi[:956]}3{pi[957:]}')
write('NumAcc1', ['10000001', '10000003', '10000002'])
for name, whole in (('NumAcc2', '1'), ('NumAcc3', '1000000'), ('NumAcc4', '10000000')):
    write(name, [f'{whole}.2'] + [f'{whole}.1', f'{whole}.3'] * 500)

for name, expected in certified['sets'].items():
    x = [Fraction(line) for line in (here / f'{name}.txt').read_text().split()]
    n = len(x)
    mean = sum(x) / n
    d = [v - mean for v in x]
    ss = sum(v * v for v in d)
    sd = (Decimal((ss / (n - 1)).numerator) / Decimal((ss / (n - 1)).denominator)).sqrt()
    lag1 = sum(d[i] * d[i + 1] for i in range(n - 1)) / ss
    got = dict(mean=float(mean), sd=float(sd), lag1=float(lag1))
    assert n == expected['n'], (name, n)
    for key, value in got.items():
        want = expected[key]
        assert abs(value - want) <= 1e-14 * max(abs(want), 1e-14), (name, key, value, want)
    print(name, n, 'agrees with the certified values to 15 digits')
