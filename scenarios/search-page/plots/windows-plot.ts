import * as Plot from '@observablehq/plot'
import { paddedRange } from '../../../harness/report/charts/axes.js'
import { type ChartDraft, SOFT } from '../../../harness/report/charts/chart.js'
import type { WalkForwardFindings } from '../../search/search-results.js'
import type { ScoreText } from '../score-text.js'
import { plotFrame } from './plot-frame.js'

interface Mark {
  readonly window: number
  readonly score: number
  readonly side: 'train' | 'test'
}

/** The objective of the winner of each window, on the train and on the test segment. */
export function drawWindows({ windows }: WalkForwardFindings, text: ScoreText): ChartDraft {
  const marks = windows.flatMap(({ trainScore, testScore }, i): Mark[] => [
    ...(trainScore === undefined
      ? []
      : [{ window: i + 1, score: trainScore, side: 'train' as const }]),
    ...(testScore === undefined
      ? []
      : [{ window: i + 1, score: testScore, side: 'test' as const }]),
  ])
  const pairs = windows.flatMap(({ trainScore, testScore }, i) =>
    trainScore === undefined || testScore === undefined
      ? []
      : [{ window: i + 1, trainScore, testScore }],
  )
  const every = Math.ceil(windows.length / 12)
  return {
    title: `${text.name} of the winners, before and after they were chosen`,
    description: pairs
      .map(
        ({ window, trainScore, testScore }) =>
          `window ${window}: ${text.show(trainScore)} on train, ${text.show(testScore)} on test`,
      )
      .join('; '),
    caption:
      '○ on the train segment, where it was chosen; ▲ on the test segment that follows. A long way down is a choice that did not last.',
    options: {
      ...plotFrame(
        260,
        {
          domain: [0.5, windows.length + 0.5],
          ticks: windows.flatMap((_, i) => (i % every === 0 ? [i + 1] : [])),
          tickFormat: (window: number) => String(window),
          label: 'window',
        },
        {
          domain: paddedRange(marks.length === 0 ? [0, 1] : marks.map(({ score }) => score)),
          grid: true,
          ticks: 5,
          tickFormat: (score: number) => text.tick(score),
          label: `${text.name}, ${text.direction}`,
        },
      ),
      marks: [
        Plot.ruleX(pairs, { x: 'window', y1: 'trainScore', y2: 'testScore', stroke: SOFT }),
        Plot.dot(marks, {
          x: 'window',
          y: 'score',
          r: windows.length > 30 ? 3 : 5,
          symbol: ({ side }: Mark) => (side === 'train' ? 'circle' : 'triangle'),
          stroke: ({ side }: Mark) => (side === 'train' ? 'var(--baseline)' : 'var(--candidate)'),
          fill: ({ side }: Mark) => (side === 'train' ? 'var(--panel)' : 'var(--candidate)'),
          strokeWidth: 1.75,
        }),
      ],
    },
  }
}
