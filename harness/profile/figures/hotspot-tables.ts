import type { ArmHotspots, Gain, Hotspots } from '../../evidence/hotspots-schema.js'
import {
  formatBytes,
  formatCount,
  formatMs,
  formatPercent,
  formatRatio,
  formatSignedPercent,
} from '../../text/format.js'
import { gainSentence, gainWord } from './gain-text.js'

const NAME_WIDTH = 64
const CONTENT_WIDTH = 160
const SHOWN_OPERATIONS = 12

/**
 * Hot spots as plain text for a terminal: one block per arm, then the gain. Ends with a line break.
 */
export function hotspotsText(hotspots: Hotspots): string {
  const blocks = hotspots.arms.map((arm) => armText(arm, hotspots))
  if (hotspots.gain !== undefined) blocks.push(gainText(hotspots.gain))
  return `${blocks.join('\n\n')}\n`
}

function armText(arm: ArmHotspots, { workload, content }: Hotspots): string {
  const { cpuMs, categories, operations, next } = arm
  const stack = arm.stack.length === 0 ? 'pure baseline' : arm.stack.join(' + ')
  return [
    `${workload} · ${arm.arm} (${stack}) · ${plain(content, CONTENT_WIDTH)}`,
    `CPU per pass ${formatMs(cpuMs)}${overheadText(arm)}`,
    '',
    ...aligned([
      ['category', 'share', 'with inlining', 'CPU per pass', 'allocated'],
      ...categories.map((one) => [
        one.name,
        formatPercent(one.share),
        `${formatPercent(one.inlinedShare)}${one.differs === true ? ' !' : ''}`,
        formatMs(one.cpuMs),
        formatBytes(one.allocatedBytes),
      ]),
    ]),
    '',
    ...aligned([
      ['operation, with what it calls', 'share', 'calls per pass', 'category'],
      ...operations
        .slice(0, SHOWN_OPERATIONS)
        .map((one) => [
          `${one.bottleneck === true ? '▲ ' : '  '}${placeText(one)}`,
          formatPercent(one.share),
          one.calls === undefined ? '' : formatCount(one.calls),
          one.category,
        ]),
    ]),
    '',
    'next targets, by share and estimated effort',
    ...aligned(
      next.map((one, rank) => [
        `${rank + 1}.`,
        one.category,
        formatPercent(one.share),
        one.effort,
        one.operations.map((text) => plain(text)).join(', '),
      ]),
    ),
    ...arm.warnings.map(warningText),
  ].join('\n')
}

/**
 * `, 12.3 : 1 overhead to computation (reference 25.10 ms)`; nothing where the workload has no
 * reference computation.
 */
function overheadText({ overheadToComputation, referenceCpuMs }: ArmHotspots): string {
  if (overheadToComputation === undefined || referenceCpuMs === undefined) return ''
  return ` · overhead to computation ${formatRatio(overheadToComputation)} (reference ${formatMs(referenceCpuMs)})`
}

function gainText(gain: Gain): string {
  return [
    gainSentence(gain),
    ...aligned([
      ['category', `saved, of the ${gain.against}`, `share of the ${gainWord(gain)}`],
      ...gain.categories.map(({ name, saved, share }) => [
        name,
        formatSignedPercent(saved),
        share === undefined ? '' : formatSignedPercent(share),
      ]),
    ]),
    ...gain.warnings.map(warningText),
  ].join('\n')
}

function warningText({ code, hint }: Gain['warnings'][number]): string {
  return `warning: ${code}: ${hint}`
}

/** `history (engine/portal/bar-portal.ts:42)`, in one line, cut to a width a terminal survives. */
function placeText({
  name,
  file,
  line,
}: {
  readonly name: string
  readonly file?: string | undefined
  readonly line?: number | undefined
}): string {
  return plain(
    file === undefined ? name : `${name} (${file}${line === undefined ? '' : `:${line}`})`,
  )
}

/** No line breaks, no escape sequences: names come from the program that was profiled. */
function plain(text: string, width = NAME_WIDTH): string {
  const characters = [...text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ')]
  return characters.length > width
    ? `${characters.slice(0, width - 1).join('')}…`
    : characters.join('')
}

/** Columns aligned, two spaces in and between. */
function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths = rows.reduce<number[]>(
    (widest, row) => row.map((cell, column) => Math.max(widest[column] ?? 0, cell.length)),
    [],
  )
  return rows.map((row) =>
    `  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}`.trimEnd(),
  )
}
