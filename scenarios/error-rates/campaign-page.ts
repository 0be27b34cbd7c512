import { formatCount, formatNumber, formatPercent } from '../../harness/text/format.js'
import { markdownTable } from '../../harness/text/table.js'
import type { CampaignStudy, CampaignTally } from './campaign-study.js'
import { clopperPearson } from './clopper-pearson.js'

/** The part of `docs/campaigns.md` that shows a study; markdown. */
export function campaignFigures({
  recording,
  candidates,
  budget,
  levels,
  cases,
}: CampaignStudy): string {
  const of = (design: string) =>
    recording.pools.filter(({ pool }) => pool.startsWith(`${design} `)).map(({ pairs }) => pairs)
  const counts = (design: string) => {
    const pairs = of(design)
    return `${formatCount(pairs.reduce((sum, one) => sum + one, 0))} ${design} pairs in ${pairs.length} recordings`
  }
  const campaigns = cases[0]!.campaigns
  return [
    `Each row: ${formatCount(campaigns)} campaigns of ${candidates} candidates with an error budget of ${formatPercent(budget, 0)}, simulated through the decision code of this version. Noise was drawn from ${counts('co-scheduled')} and ${counts('lock-step')}, all of identical code (\`recorded-pairs.csv\`, SHA-256 \`${recording.sha256.slice(0, 12)}…\`); a campaign takes all its pairs from one recording.`,
    '',
    markdownTable(HEADER, cases.map(row)),
    '',
    'In brackets: the exact 95 % interval (Clopper–Pearson). *A null accepted without confirmation*: campaigns in which at least one null passed its screening, which a loop without campaigns keeps. *In its interval*: all accepted candidates together, measured again in 20 fresh pairs, lie in the interval that the confirmations give for their sum. *Truth covered*: the 95 % interval of those fresh pairs contains the true sum.',
    '',
    'The proof needs bounds that keep their level. How often the bound of a look exceeds the truth, over all looks of an evaluation of identical code, on the co-scheduled pairs:',
    '',
    markdownTable(
      ['level', 'all recordings', 'the worst recording'],
      levels.map(({ alpha, trials, missed, worst }) => [
        formatPercent(alpha, 2),
        shareText(missed, trials, 2),
        shareText(worst.missed, worst.trials, 2),
      ]),
    ),
  ].join('\n')
}

const HEADER = [
  'pairs',
  'noise',
  'candidates',
  'a null accepted without confirmation',
  'a null accepted',
  'gains found',
  'summed gain in its interval',
  'truth covered',
  'confirmations',
  'pairs per campaign',
]

function row(tally: CampaignTally): string[] {
  const { design, noise, campaigns, gains, meanConfirmations, meanPairs } = tally
  // Without gains, there is a sum only where a null was accepted.
  const sums = gains === 0 ? 0 : tally.sums
  return [
    design,
    noise === 1 ? 'as recorded' : `${formatNumber(noise, 0)} times`,
    candidatesText(tally),
    shareText(tally.nullPassed, campaigns, 2),
    `**${shareText(tally.nullAccepted, campaigns, 2)}**`,
    shareText(tally.found, tally.ofGains),
    shareText(tally.sumsInClaimed, sums),
    shareText(tally.truthInAgain, sums),
    formatNumber(meanConfirmations, 2),
    formatNumber(meanPairs, 0),
  ]
}

function candidatesText({ nulls, gains, gain }: CampaignTally): string {
  const size = nulls === 0 ? 'no effect' : `${formatPercent(nulls, 0)} faster, a null at its limit`
  return gains === 0
    ? `all: ${size}`
    : `${gains} of them ${formatPercent(gain, 0)} faster, the others: ${size}`
}

/** `0.00 % [0.00, 0.04], 0 of 10,000` */
function shareText(count: number, trials: number, digits = 1): string {
  if (trials === 0) return '—'
  const { lower, upper } = clopperPearson(count, trials)
  const bounds = [lower, upper].map((bound) => formatNumber(100 * bound, digits)).join(', ')
  return `${formatPercent(count / trials, digits)} [${bounds}], ${formatCount(count)} of ${formatCount(trials)}`
}
