import type { BacktestResult, DataNote, SlippageModel } from '../../engine/index.js'

/** How many assets are named; the rest is a number. */
const NAMED = 5

/**
 * What a result alone does not show: why nothing was traded, and that the account was bankrupt.
 *
 * @param before  notes printed before the run; what they explain is not repeated
 * @param isShipped  whether the shipped crossover traded, and not a strategy of the user
 */
export function outcomeNotes(
  { bankrupt, orders, fills, bars }: BacktestResult,
  slippage: SlippageModel,
  before: readonly DataNote[],
  isShipped = true,
): readonly string[] {
  const explained = before.filter(({ code }) => code === 'no-volume' || code === 'too-few-bars')
  const notes = bankrupt === undefined ? [] : [bankruptText(bankrupt)]
  if (orders.length === 0 && bars > 0 && explained.length === 0)
    notes.push(
      `no trade, because ${isShipped ? NO_CROSSOVER : 'the strategy placed no order'} in the range`,
    )
  if (explained.some(({ asset }) => asset === undefined)) return notes
  const silent = new Set(orders.map(({ asset }) => asset))
  for (const { asset } of [...fills, ...explained]) silent.delete(asset!)
  return [...notes, ...unfilledTexts([...silent], slippage)]
}

const NO_CROSSOVER = 'the fast average was never above the slow one'

function bankruptText(session: string): string {
  return (
    `equity fell to zero or below on ${session}: the account was bankrupt, so what it gained later has no meaning, ` +
    'and ratios and figures per year are absent; give more --cash or fewer --shares'
  )
}

function unfilledTexts(assets: readonly string[], slippage: SlippageModel): readonly string[] {
  const limit =
    slippage.kind === 'volume-share'
      ? `, of which ${slippage.limit} is a whole share or more (--slippage)`
      : ''
  const texts = assets
    .slice(0, NAMED)
    .map(
      (asset) =>
        `no order in ${asset} filled, because an order needs a bar after it, in the range, with volume${limit}`,
    )
  const more = assets.length - NAMED
  return more > 0 ? [...texts, `and ${more} more assets like this`] : texts
}
