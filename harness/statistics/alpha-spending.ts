/**
 * Alpha-spending over an unknown number of tests that come one after another: the k-th test gets
 * the one-sided level α / (k (k + 1)). Since 1 / (k (k + 1)) = 1 / k − 1 / (k + 1), the levels of
 * the first n tests add up to α n / (n + 1), which is below α for every n. If, given everything
 * before it, each test errs with at most its level, the probability that any of them errs is at
 * most α, by the union bound; neither the number of tests nor their order matters.
 *
 * @param budget  α, the error probability of all tests together, in (0, 1)
 * @param test    k, from 1
 * @returns the level of this test, in (0, α / 2]
 * @source Foster & Stine 2008, JRSS B 70 (alpha-spending, alpha-investing); Tian & Ramdas 2021,
 * Statistical Methods in Medical Research 30 (online control of the familywise error rate)
 */
export function spendingLevel(budget: number, test: number): number {
  return budget / (test * (test + 1))
}

/**
 * The part of the budget that the first tests have spent: the sum of their levels.
 *
 * @param tests how many, from 0
 */
export function spentBy(budget: number, tests: number): number {
  return (budget * tests) / (tests + 1)
}

/**
 * The part of the budget that is left after the first tests, for all tests to come.
 *
 * @param tests how many, from 0
 */
export function leftAfter(budget: number, tests: number): number {
  return budget / (tests + 1)
}
