import type {
  ArmHotspots,
  ArmWarning,
  Changes,
  Gain,
  GainWarning,
  Hotspots,
  Operation,
} from '../../evidence/hotspots-schema.js'
import {
  formatBytes,
  formatCount,
  formatMs,
  formatMsInterval,
  formatPercent,
  formatRatio,
  formatSignedPercent,
} from '../../text/format.js'
import { terminalTable } from '../../text/table.js'
import { gainSentence, gainWord } from './gain-text.js'
import { hottestLines } from './hottest-lines.js'

const NAME_WIDTH = 64
const CONTENT_WIDTH = 160
const SHOWN_OPERATIONS = 12
const SHOWN_LINES = 8
const SHOWN_CHANGES = 8

/**
 * Hot spots as plain text for a terminal: one block per arm, then the gain and the significant
 * changes. Ends with a line break.
 */
export function hotspotsText(hotspots: Hotspots): string {
  const blocks = hotspots.arms.map((arm) => armText(arm, hotspots))
  if (hotspots.gain !== undefined) blocks.push(gainText(hotspots.gain))
  if (hotspots.changes !== undefined) blocks.push(changesText(hotspots.changes))
  return blocks.join('\n')
}

function armText(arm: ArmHotspots, { workload, content }: Hotspots): string {
  return `${workload} · ${arm.arm} (${layersText(arm.stack)}) · ${plain(content, CONTENT_WIDTH)}
CPU per pass ${formatMs(arm.cpuMs)}${sampledText(arm)}${overheadText(arm)}

${categoryTable(arm)}
${operationTable(arm)}
${lineTable(arm)}next targets, by share and estimated effort
${targetTable(arm)}${warningLines(arm.warnings)}`
}

/** The layers of an arm: `layer1 + layer2`. */
export function layersText(stack: readonly string[]): string {
  return stack.join(' + ') || 'pure baseline'
}

/** ` · 98.1 % sampled`; empty in profiles that do not state it. */
function sampledText({ sampledShare }: ArmHotspots): string {
  return sampledShare === undefined ? '' : ` · ${formatPercent(sampledShare)} sampled`
}

/** ` · overhead to computation 12.3 : 1 (reference 25.10 ms)`; empty without a reference. */
function overheadText({ overheadToComputation, referenceCpuMs }: ArmHotspots): string {
  if (overheadToComputation === undefined || referenceCpuMs === undefined) return ''
  return ` · overhead to computation ${formatRatio(overheadToComputation)} (reference ${formatMs(referenceCpuMs)})`
}

function categoryTable({ categories }: ArmHotspots): string {
  return terminalTable([
    ['category', 'share', 'with inlining', 'CPU per pass', 'allocated'],
    ...categories.map((one) => [
      one.name,
      formatPercent(one.share),
      `${formatPercent(one.inlinedShare)}${one.differs === true ? ' !' : ''}`,
      formatMs(one.cpuMs),
      one.allocatedBytes === undefined ? '' : formatBytes(one.allocatedBytes),
    ]),
  ])
}

function operationTable({ operations }: ArmHotspots): string {
  return terminalTable([
    ['operation, with what it calls', 'share', 'calls per pass', 'category'],
    ...operations
      .slice(0, SHOWN_OPERATIONS)
      .map((one) => [
        `${one.bottleneck === true ? '▲ ' : '  '}${placeText(one)}`,
        formatPercent(one.share),
        one.calls === undefined ? '' : formatCount(one.calls),
        one.category,
      ]),
  ])
}

/** Empty in older profiles, which have no lines. */
function lineTable(arm: ArmHotspots): string {
  const lines = hottestLines(arm).slice(0, SHOWN_LINES)
  if (lines.length === 0) return ''
  const rows = lines.map(({ file, line, name, share }) => [
    plain(`${file}:${line}`),
    plain(name),
    formatPercent(share),
  ])
  return `${terminalTable([['hottest line', 'in', 'share'], ...rows])}\n`
}

function targetTable({ next }: ArmHotspots): string {
  return terminalTable(
    next.map((one, rank) => [
      `${rank + 1}.`,
      one.category,
      formatPercent(one.share),
      one.effort,
      one.operations.map((text) => plain(text)).join(', '),
    ]),
  )
}

function gainText(gain: Gain): string {
  const rows = gain.categories.map(({ name, saved, share }) => [
    name,
    formatSignedPercent(saved),
    share === undefined ? '' : formatSignedPercent(share),
  ])
  return `${gainSentence(gain)}
${terminalTable([['category', `saved, of the ${gain.against}`, `share of the ${gainWord(gain)}`], ...rows])}${warningLines(gain.warnings)}`
}

function changesText({ against, tested, significant, functions }: Changes): string {
  const changed = functions.filter((one) => one.significant === true).slice(0, SHOWN_CHANGES)
  const rows = changed.map((one) => [
    placeText(one),
    formatMs(one.beforeMs),
    formatMs(one.afterMs),
    formatMsInterval(one.changeMs),
  ])
  const sentence = `${formatCount(significant)} of ${formatCount(tested)} functions tested changed significantly from the ${against} to the candidate`
  if (rows.length === 0) return `${sentence}\n`
  return `${sentence}
${terminalTable([['function, self time', 'before', 'after', 'change, interval'], ...rows])}`
}

function warningLines(warnings: readonly (ArmWarning | GainWarning)[]): string {
  return warnings.map(({ code, hint }) => `warning: ${code}: ${hint}\n`).join('')
}

/** `history (engine/portal/bar-portal.ts:42)` in one line, cut to fit the width of a terminal. */
function placeText({ name, file, line }: Pick<Operation, 'name' | 'file' | 'line'>): string {
  return plain(
    file === undefined ? name : `${name} (${file}${line === undefined ? '' : `:${line}`})`,
  )
}

/** Removes line breaks and escape sequences: names come from the profiled program. */
function plain(text: string, width = NAME_WIDTH): string {
  const characters = [...text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ')]
  return characters.length > width
    ? `${characters.slice(0, width - 1).join('')}…`
    : characters.join('')
}
