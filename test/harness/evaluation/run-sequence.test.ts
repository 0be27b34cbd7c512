import { describe, expect, it } from 'vitest'
import type { Suite } from '../../../harness/contract.js'
import {
  runSequence,
  type SequenceRequest,
  type Turn,
} from '../../../harness/evaluation/run-sequence.js'
import { prepareRoot } from '../../../harness/evidence/evidence-store.js'
import { campaignSeed } from '../../../harness/measurement/schedule.js'
import { type DecisionRecord, toDecisionRecord } from '../../../harness/record/decision-record.js'
import { publishRecord } from '../../../harness/record/record-store.js'
import { createIo, temporaryDirectory } from '../../fixtures/bench.js'
import { planWith, simulateEvidence } from '../verdict/simulated-evidence.js'

const suite = {
  name: 'assay',
  goal: { aspired: 0.9, minimum: 0.4 },
  layers: [{ id: 'layer1', title: 'layer1', workloads: ['grid-search'], metric: 'cpu' }],
} as unknown as Suite

/** The record of the screening of the layer, which is passed. */
function passed(): DecisionRecord {
  const plan = planWith({
    seed: campaignSeed('spring', 1, 'screening'),
    campaign: {
      name: 'spring',
      candidate: 1,
      round: 'screening',
      budget: 0.05,
      spentBefore: 0,
      leftAfter: 0.05,
    },
  })
  const improvement = { 'grid-search': 0.4 }
  return toDecisionRecord(simulateEvidence({ seed: 5, pairs: 10, improvement, noise: 0.02 }, plan))
}

function requestFor(
  root: string,
  resume: boolean,
  evaluateLayer: SequenceRequest['evaluateLayer'],
): SequenceRequest {
  return {
    suite,
    root,
    resume,
    identity: {
      command: 'npx assay evaluate all --campaign spring',
      packageVersion: '0.1.0',
      git: null,
      dist: 'sha256:same',
      environment: simulateEvidence({ seed: 1, pairs: 0, improvement: {}, noise: 0.01 })
        .environment,
    },
    io: createIo().io,
    evaluateLayer,
    settled: () => undefined,
    leaveOneOut: false,
    evaluateWithout: async () => {
      throw new Error('no layer is left out')
    },
    evaluateSummary: async () => {
      throw new Error('the summary is not reached')
    },
    onFinishedBefore: () => {
      throw new Error('the layer is not finished')
    },
    onDiscarded: () => {},
  }
}

describe('a sequence that is a campaign', () => {
  it('interrupted between two rounds continues the layer with its confirmation', async () => {
    const root = temporaryDirectory()
    prepareRoot(root)
    const begun = runSequence(
      requestFor(root, false, async (_layer, _incumbent, { onClaim }) => {
        const record = passed()
        onClaim(record.id)
        publishRecord(root, record)
        throw new Error('interrupted')
      }),
    )
    await expect(begun).rejects.toThrow('interrupted')
    const turns: Turn[] = []
    const continued = runSequence(
      requestFor(root, true, async (_layer, _incumbent, turn) => {
        turns.push(turn)
        throw new Error('confirming')
      }),
    )
    await expect(continued).rejects.toThrow('confirming')
    expect(turns).toMatchObject([{ resume: true }])
  })
})
