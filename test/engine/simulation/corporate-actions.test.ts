import { describe, expect, it } from 'vitest'
import { type Adjustment, Money } from '../../../engine/index.js'
import { ActionQueue } from '../../../engine/simulation/corporate-actions.js'

function action(session: number, kind: Adjustment['kind'], asset = 'A'): Adjustment {
  return { asset, session, kind, value: new Money(2) }
}

const ACTIONS = [
  action(3, 'dividend', 'B'),
  action(3, 'dividend'),
  action(5, 'split', 'B'),
  action(3, 'split'),
]

function takenFrom(start: number): Record<number, string[]> {
  const queue = new ActionQueue(ACTIONS, start)
  const taken: Record<number, string[]> = {}
  for (let session = start; session < start + 6; session++) {
    if (queue.due(session))
      taken[session] = queue.take(session).map(({ asset, kind }) => `${asset} ${kind}`)
  }
  return taken
}

describe('corporate actions', () => {
  it('come session by session, in the order the ledger applies them', () => {
    expect(takenFrom(1)).toEqual({
      3: ['A split', 'A dividend', 'B dividend'],
      5: ['B split'],
    })
  })

  it('begin with those of the first session', () => {
    expect(takenFrom(3)).toEqual(takenFrom(1))
    expect(takenFrom(4)).toEqual({ 5: ['B split'] })
    expect(takenFrom(6)).toEqual({})
  })
})
