import * as Plot from '@observablehq/plot'
import type { BacktestOverfitting } from '../../../engine/index.js'
import { type ChartDraft, SOFT, THRESHOLD_LINE } from '../../../harness/report/charts/chart.js'
import { formatCount, formatPercent } from '../../../harness/text/format.js'
import { plotFrame } from './plot-frame.js'

/** Where the best on one half of the sessions ranks on the other half. */
export function drawRanks({ rankShares, divisions, trials }: BacktestOverfitting): ChartDraft {
  const bars = rankShares.map((share, tenth) => ({ from: 10 * tenth, to: 10 * tenth + 10, share }))
  return {
    title: 'Best on half of the sessions: its rank on the other half',
    description: bars
      .map(({ from, to, share }) => `${from} to ${to} %: ${formatPercent(share)}`)
      .join('; '),
    caption: `${formatCount(divisions)} ways to divide the sessions, ${formatCount(trials)} trials. A search that finds something has its bars at the right; bars left of the dashed line are the probability of overfitting.`,
    options: {
      ...plotFrame(
        240,
        { domain: [0, 100], label: 'trials that are worse there, %' },
        {
          grid: true,
          ticks: 4,
          tickFormat: (share: number) => formatPercent(share, 0),
          label: 'share of the ways to divide',
        },
      ),
      marks: [
        Plot.rectY(bars, {
          x1: 'from',
          x2: 'to',
          y: 'share',
          fill: ({ from }: { from: number }) => (from < 50 ? 'var(--rejected)' : 'var(--accepted)'),
          fillOpacity: 0.75,
          insetLeft: 1,
          insetRight: 1,
        }),
        Plot.ruleX([50], THRESHOLD_LINE),
        Plot.ruleY([0], { stroke: SOFT }),
      ],
    },
  }
}
