import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Suite } from '../../../harness/contract.js'
import { InputError, InvalidEvidenceError } from '../../../harness/errors.js'
import { acceptedLayers } from '../../../harness/evaluation/incumbent.js'
import type { PlanDraft } from '../../../harness/evaluation/plan-draft.js'
import {
  type CandidateRequest,
  runCandidateLocked,
} from '../../../harness/evaluation/run-campaign.js'
import {
  claimEvidence,
  prepareRoot,
  writePart,
  writePlan,
} from '../../../harness/evidence/evidence-store.js'
import {
  type CampaignLedger,
  campaignLedgerSchema,
} from '../../../harness/record/campaign-ledger.js'
import {
  compareLedger,
  ledgerIn,
  ledgerPath,
  writeLedger,
} from '../../../harness/record/campaign-store.js'
import { campaignNotice, campaignStates } from '../../../harness/record/campaign-text.js'
import { renderDecision } from '../../../harness/record/decision-markdown.js'
import { type DecisionRecord, toDecisionRecord } from '../../../harness/record/decision-record.js'
import { renderIndex } from '../../../harness/record/index-page.js'
import { listedVerdict } from '../../../harness/record/outcome-word.js'
import { publishRecord, readRecords } from '../../../harness/record/record-store.js'
import { settledRecord, supersededRecord } from '../../../harness/record/supersession.js'
import { renderReportIndex } from '../../../harness/report/report-index.js'
import { temporaryDirectory } from '../../fixtures/bench.js'
import { planWith, simulateEvidence } from '../verdict/simulated-evidence.js'

/** The true improvement in each round of a candidate; `stop`: it is interrupted there. */
type Rounds = readonly (number | 'stop')[]

/** Evidence roots are real, and so are plans, records and ledgers; runs come from a generator. */
function tryCandidate(
  root: string,
  rounds: Rounds,
  change: Partial<CandidateRequest> & { readonly draft?: Partial<PlanDraft> } = {},
) {
  const { draft: changed, ...request } = change
  const left = [...rounds]
  return runCandidateLocked({
    root,
    campaign: { name: 'spring' },
    layer: 'layer1',
    resume: false,
    plan: () => draftOf(changed),
    evaluateRound: async (draft, resume) => {
      const improvement = left.shift()
      const id = resume ? newestFolder(root) : begin(root, draft)
      if (improvement === 'stop' || improvement === undefined) throw new Error('interrupted')
      const evidence = simulateEvidence(
        {
          seed: Number.parseInt(id, 10),
          pairs: 20,
          improvement: { 'grid-search': improvement },
          noise: 0.01,
        },
        { ...draft, id, createdAt: '2026-11-28T10:00:00.000Z' },
      )
      const record = toDecisionRecord(evidence)
      publishRecord(root, record)
      writeLedger(root, 'spring')
      return record
    },
    ...request,
  })
}

/** What an evaluation writes before its first run. */
function begin(root: string, draft: PlanDraft): string {
  prepareRoot(root)
  const id = claimEvidence(root, draft.layer)
  const { environment } = simulateEvidence({ seed: 1, pairs: 0, improvement: {}, noise: 0.01 })
  writePart(root, id, 'environment', environment)
  writePlan(root, { ...draft, id, createdAt: '2026-11-28T10:00:00.000Z' })
  writeLedger(root, 'spring')
  return id
}

function emptyRoot(): string {
  const root = temporaryDirectory()
  prepareRoot(root)
  return root
}

const newestFolder = (root: string) => {
  const { candidates } = ledgerIn(root, 'spring')!
  const newest = candidates.at(-1)!
  return (newest.confirmation ?? newest.screening).record
}

function draftOf(change: Partial<PlanDraft> = {}): PlanDraft {
  const { id: _, createdAt: __, ...draft } = planWith()
  return { ...draft, regime: { ...draft.regime, looks: [10, 20] }, ...change }
}

const stored = (root: string): CampaignLedger =>
  campaignLedgerSchema.parse(JSON.parse(readFileSync(ledgerPath(root, 'spring'), 'utf8')))

const suite = {
  name: 'assay',
  layers: [{ id: 'layer1', workloads: ['grid-search'], metric: 'cpu' }],
} as unknown as Suite

describe('a candidate of a campaign', () => {
  it('is accepted only by its confirmation, which has other data and its own level', async () => {
    const root = temporaryDirectory()
    const { record, ledger } = await tryCandidate(root, [0.4, 0.4])
    const [screening, confirmation] = readRecords(root)
    expect(record).toEqual(confirmation)
    expect([screening!.verdict, confirmation!.verdict]).toEqual(['inconclusive', 'accepted'])
    expect(confirmation!.seed).not.toBe(screening!.seed)
    const seeds = [screening, confirmation].flatMap((one) => one!.equivalence.seeds)
    expect(new Set(seeds).size).toBe(6)
    expect([screening!.regime.alpha, confirmation!.regime.alpha]).toEqual([0.05, 0.025])
    expect(ledger).toMatchObject({ spent: 0, left: 0.05, candidates: [{ outcome: 'accepted' }] })
    expect(ledger.nextAlpha).toBeCloseTo(0.05 * (1 - 1 / 3), 15)
    expect(stored(root)).toEqual(ledger)
  })

  it('that fails its screening spends nothing, and one that fails its confirmation its level', async () => {
    const root = temporaryDirectory()
    const failed = await tryCandidate(root, [0])
    expect(failed.record.verdict).toBe('rejected')
    expect(failed.ledger).toMatchObject({ spent: 0, candidates: [{ outcome: 'rejected' }] })
    const lucky = await tryCandidate(root, [0.4, 0])
    expect(lucky.record.verdict).toBe('rejected')
    expect(lucky.ledger).toMatchObject({ spent: 0.025, left: 0.025 })
    const next = await tryCandidate(root, [0.4, 0.4])
    expect(next.record.campaign).toMatchObject({ candidate: 3, confirmation: 2, notAccepted: 1 })
    expect(next.ledger.spent).toBe(0.025)
    expect(next.ledger.candidates.map(({ outcome }) => outcome)).toEqual([
      'rejected',
      'rejected',
      'accepted',
    ])
  })

  it('with one fixed look is confirmed at one look of its own level', async () => {
    const regime = { looks: [20], fixed: true, alpha: 0.05, memory: 'advisory' as const }
    const { record } = await tryCandidate(temporaryDirectory(), [0.4, 0.4], { draft: { regime } })
    expect(record.regime).toEqual({ ...regime, fixed: false, alpha: 0.025 })
    expect(record.workloads[0]!.looks[0]!.pNominal).toBeCloseTo(0.025, 9)
  })

  it('joins the incumbent with its confirmation and not with its screening', async () => {
    const root = temporaryDirectory()
    await expect(tryCandidate(root, [0.4, 'stop'])).rejects.toThrow('interrupted')
    expect(readRecords(root)).toHaveLength(1)
    expect(acceptedLayers(suite, readRecords(root))).toEqual([])
    await tryCandidate(root, [0.4], { resume: true })
    expect(acceptedLayers(suite, readRecords(root))).toEqual(['layer1'])
    // A screening that is passed takes nothing from an acceptance that stands.
    await expect(tryCandidate(root, [0.4, 'stop'])).rejects.toThrow('interrupted')
    expect(acceptedLayers(suite, readRecords(root))).toEqual(['layer1'])
    const plan = planWith()
    expect(supersededRecord(plan, readRecords(root))?.id).toBe('0002-layer1')
    const where = { suite: 'assay', scale: 'standard' as const, below: [] }
    const layer = { id: 'layer1', workloads: ['grid-search'], metric: 'cpu' as const }
    expect(settledRecord(layer, where, readRecords(root))?.id).toBe('0002-layer1')
  })
})

describe('an interrupted candidate', () => {
  it('is continued in its screening and its confirmation, and counted once', async () => {
    const root = temporaryDirectory()
    await expect(tryCandidate(root, ['stop'])).rejects.toThrow('interrupted')
    expect(stored(root).candidates).toMatchObject([{ candidate: 1, outcome: 'unfinished' }])
    await expect(tryCandidate(root, [0.4, 'stop'], { resume: true })).rejects.toThrow('interrupted')
    expect(stored(root)).toMatchObject({ spent: 0.025, candidates: [{ outcome: 'unfinished' }] })
    const { record, ledger } = await tryCandidate(root, [0.4], { resume: true })
    expect(record.id).toBe('0002-layer1')
    expect(record.campaign).toMatchObject({ confirmation: 1, alpha: 0.025, spentBefore: 0 })
    expect(ledger).toMatchObject({ spent: 0, candidates: [{ outcome: 'accepted' }] })
  })

  it('that is abandoned stays counted, with the level of its confirmation spent', async () => {
    const root = temporaryDirectory()
    await expect(tryCandidate(root, [0.4, 'stop'])).rejects.toThrow('interrupted')
    const { record, ledger } = await tryCandidate(root, [0.4, 0.4])
    expect(record.campaign).toMatchObject({ candidate: 2, confirmation: 2, notAccepted: 1 })
    expect(ledger.spent).toBe(0.025)
    expect(ledger.candidates.map(({ outcome }) => outcome)).toEqual(['unfinished', 'accepted'])
  })

  it('is not continued where the newest one has ended, is of another layer, or was changed', async () => {
    const root = temporaryDirectory()
    const resume = { resume: true }
    await expect(tryCandidate(root, [], resume)).rejects.toThrow(
      /^nothing to resume: the campaign spring has no candidate; leave out --resume/,
    )
    await tryCandidate(root, [0])
    await expect(tryCandidate(root, [], resume)).rejects.toThrow(/spring, 1 \(layer1\), has ended/)
    await expect(tryCandidate(root, [0.4, 'stop'])).rejects.toThrow('interrupted')
    await expect(tryCandidate(root, [], { ...resume, layer: 'layer2' })).rejects.toThrow(
      /is of another layer/,
    )
    const draft = { dist: `sha256:${'0'.repeat(64)}` }
    const fewer = { workloads: draftOf().workloads.slice(0, 1) }
    await expect(tryCandidate(root, [0.4], { ...resume, draft: fewer })).rejects.toThrow(
      /^the set of workloads, metric or design .* is not that of the screening 0002-layer1/,
    )
    await expect(tryCandidate(root, [0.4], { ...resume, draft })).rejects.toThrow(
      /^the compiled code \(dist hash\) is not that of the screening 0002-layer1, so it cannot/,
    )
  })
})

describe('a campaign', () => {
  it('keeps the budget of its first candidate', async () => {
    const root = temporaryDirectory()
    const campaign = { name: 'spring', budget: 0.1 }
    const { ledger } = await tryCandidate(root, [0.4, 0.4], { campaign })
    expect(ledger.candidates[0]!.confirmation!.alpha).toBe(0.05)
    const other = tryCandidate(root, [0], { campaign: { name: 'spring', budget: 0.05 } })
    await expect(other).rejects.toThrow(
      /^--campaign-budget 5 %: the campaign spring began with 10 %; leave it out, or begin another/,
    )
    expect((await tryCandidate(root, [0])).ledger.budget).toBe(0.1)
  })

  it('whose budget is spent refuses another candidate before anything is measured', async () => {
    const root = temporaryDirectory()
    const campaign = { name: 'spring', budget: 5e-5 }
    const { ledger } = await tryCandidate(root, [0.4, 0], { campaign })
    expect(ledger.nextAlpha).toBeLessThan(1e-5)
    const spent = tryCandidate(root, [])
    await expect(spent).rejects.toThrow(InputError)
    await expect(spent).rejects.toThrow(
      /^the campaign spring has spent its error budget: after 1 confirmation, the next could err /,
    )
    expect(readRecords(root)).toHaveLength(2)
  })

  it('refuses to go on without a candidate that was tried', async () => {
    const root = temporaryDirectory()
    await tryCandidate(root, [0])
    await tryCandidate(root, [0])
    const remove = (id: string) => {
      for (const ending of ['json', 'md']) rmSync(join(root, 'decisions', `${id}.${ending}`))
      rmSync(join(root, 'profiling-results', id), { recursive: true })
    }
    remove('0002-layer1')
    const forgotten = tryCandidate(root, [0])
    await expect(forgotten).rejects.toThrow(InvalidEvidenceError)
    await expect(forgotten).rejects.toThrow(
      /spring\.json names 0002-layer1, which is missing: a candidate that was tried stays counted/,
    )
  })
})

describe('the ledger of a campaign', () => {
  const made = (async () => {
    const root = temporaryDirectory()
    await tryCandidate(root, [0.4, 0])
    await tryCandidate(root, [0.4, 0.4])
    return root
  })()
  const records = async () => readRecords(await made)

  /** The error of a ledger whose records are changed. */
  const derivedFrom = async (change: (all: DecisionRecord[]) => readonly DecisionRecord[]) => {
    const root = emptyRoot()
    for (const record of change(await records())) publishRecord(root, record)
    return () => ledgerIn(root, 'spring')
  }

  it('follows from the records alone, and is compared with the file', async () => {
    const root = await made
    expect(compareLedger(root, 'spring')).toBe('same')
    const copy = emptyRoot()
    for (const record of await records()) publishRecord(copy, record)
    expect(compareLedger(copy, 'spring')).toBe('absent')
    writeLedger(copy, 'spring')
    expect(readFileSync(ledgerPath(copy, 'spring'), 'utf8')).toBe(
      readFileSync(ledgerPath(root, 'spring'), 'utf8'),
    )
    writeFileSync(
      ledgerPath(copy, 'spring'),
      readFileSync(ledgerPath(root, 'spring'), 'utf8').replace('"spent": 0.025', '"spent": 0'),
    )
    expect(compareLedger(copy, 'spring')).toBe('different')
    writeFileSync(ledgerPath(copy, 'spring'), '{}')
    expect(() => compareLedger(copy, 'spring')).toThrow(/spring\.json was changed or damaged/)
  })

  it.each<[string, (all: DecisionRecord[]) => readonly DecisionRecord[], RegExp]>([
    [
      'a candidate is missing',
      (all) => all.slice(2),
      /^campaign spring: 0003-layer1 is candidate 2, but candidate 1 is missing; restore the rec/,
    ],
    [
      'a failed confirmation is missing',
      (all) => all.filter(({ id }) => id !== '0002-layer1'),
      /0003-layer1 was planned after other confirmations than those that are here/,
    ],
    [
      'the screening of a confirmation was not passed',
      ([first, ...rest]) => [{ ...first!, reasons: ['target-rejected'] }, ...rest],
      /0002-layer1 confirms 0001-layer1, which is not a screening that was passed/,
    ],
    [
      'the confirmed code is another',
      ([first, second]) => [first!, { ...second!, dist: 'sha256:other' }],
      /0002-layer1 has another compiled code \(dist hash\) than its screening 0001-layer1/,
    ],
    [
      'a candidate is confirmed twice',
      (all) => [...all.slice(0, 2), { ...all[1]!, id: '0005-layer1', campaign: twice(all[1]!) }],
      /0005-layer1 confirms candidate 1 a second time/,
    ],
    [
      'a round has another budget',
      ([first, second]) => [
        first!,
        { ...second!, campaign: { ...second!.campaign!, budget: 0.5 } },
      ],
      /0002-layer1 has another error budget than the first candidate/,
    ],
  ])('does not follow where %s', async (_, change, message) => {
    expect(await derivedFrom(change)).toThrow(message)
  })

  function twice({ campaign }: DecisionRecord): NonNullable<DecisionRecord['campaign']> {
    return { ...campaign!, spentBefore: 0.025 }
  }

  it('names a confirmation whose results differ, which has spent its level', async () => {
    const divergence = {
      found: 'before measuring' as const,
      workload: 'grid-search',
      seed: 1,
      arm: 'candidate' as const,
      at: {},
      field: 'price',
      baseline: '1',
      candidate: '2',
    }
    const ledger = await derivedFrom(([first, second]) => [
      first!,
      {
        ...second!,
        workloads: [],
        equivalence: { kind: 'different', seeds: [1], digests: 2, divergence },
        reasons: ['not-equivalent'],
      },
    ])
    expect(ledger()).toMatchObject({
      spent: 0.025,
      candidates: [{ outcome: 'not equivalent', confirmation: { outcome: 'not equivalent' } }],
    })
  })

  it('is shown with spent and left in both indexes, and in the page of each round', async () => {
    const all = await records()
    expect(campaignStates(all)).toEqual([
      { name: 'spring', budget: 0.05, spent: 0.025, left: 0.025, tried: 2, accepted: 1 },
    ])
    expect(renderIndex(all, [])).toContain('\n| spring | 2 | 1 | 5.00 % | 2.50 % | 2.50 % |\n')
    expect(renderReportIndex(all, new Set())).toContain('<bdi>spring</bdi></th><td role="cell">2')
    expect(all.map(listedVerdict)).toEqual([
      'passed screening (campaign spring, screening of candidate 1)',
      'rejected (campaign spring, confirmation of candidate 1)',
      'passed screening (campaign spring, screening of candidate 2)',
      'accepted (campaign spring, confirmation of candidate 2)',
    ])
    expect(campaignNotice(all[3]!)).toBe(
      '**Campaign spring**, confirmation 2, of candidate 2: a second evaluation with a fresh seed, after the screening [0003-layer1](../decisions/0003-layer1.md). Its one-sided error is 0.83 %. It accepts, so it spends nothing: 2.50 % of the error budget of 5.00 % are spent, and 2.50 % are left.',
    )
    expect(campaignNotice(all[1]!)).toContain(
      'It does not accept, so it is spent: 2.50 % of the error budget of 5.00 % are spent',
    )
    const page = renderDecision(all[2]!, all)
    expect(page).toMatch(
      /^# 0003 · layer1 — [^*]+: \*\*passed screening\*\*\n\n> \*\*Campaign spring/,
    )
    expect(page).toContain(
      'layer1 does not join the incumbent stack: this is the screening of a campaign',
    )
  })

  it('is absent from both indexes without a campaign', () => {
    const record = toDecisionRecord(
      simulateEvidence({ seed: 5, pairs: 10, improvement: { 'grid-search': 0.4 }, noise: 0.02 }),
    )
    expect(renderIndex([record], []) + renderReportIndex([record], new Set())).not.toMatch(
      /campaign/i,
    )
    expect(campaignNotice(record)).toBe('')
  })
})
