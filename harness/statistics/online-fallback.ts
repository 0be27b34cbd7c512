/**
 * Online fallback: levels for an unknown number of tests that come one after another, so that the
 * probability of any wrong rejection is at most α. The k-th test has the share
 * γ(k) = 1 / (k (k + 1)) of the budget, and a test that rejects passes its level on to the next:
 * α(k) = α γ(k) + R(k − 1) α(k − 1). Since γ(k) = 1 / k − 1 / (k + 1), this is
 * α (1 / (j + 1) − 1 / (k + 1)), where j is the newest test before k that did not reject.
 *
 * Proof: up to the first wrong rejection, no true hypothesis was rejected before, so the shares
 * that reach two tests of true hypotheses are disjoint, and the levels of all those tests add up
 * to at most α Σ γ = α. If, given everything before it, each test errs with at most its level, the
 * probability of a first wrong rejection is at most that sum, by the union bound; neither the
 * number of tests nor their order matters.
 *
 * @param budget  α, in (0, 1)
 * @param test    k, from 1
 * @param before  j, from 0 (none) to k − 1
 * @returns α(k), in (0, α)
 * @source Tian & Ramdas 2021, Statistical Methods in Medical Research 30 (online fallback), after
 * Wiens & Dmitrienko 2005, J. Biopharm. Stat. 15; alpha-spending: Foster & Stine 2008, JRSS B 70
 */
export function fallbackLevel(budget: number, test: number, before: number): number {
  return (budget * (test - before)) / ((before + 1) * (test + 1))
}

/**
 * The part of the budget that is spent: the sum of the levels of the tests that did not reject.
 *
 * @param before j, the newest test that did not reject, from 0 (none)
 */
export function spentBy(budget: number, before: number): number {
  return (budget * before) / (before + 1)
}

/**
 * The part of the budget that is left for all tests to come.
 *
 * @param before j, the newest test that did not reject, from 0 (none)
 */
export function leftAfter(budget: number, before: number): number {
  return budget / (before + 1)
}
