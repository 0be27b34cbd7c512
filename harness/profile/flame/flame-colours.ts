import { GC_CATEGORY, RUNTIME_CATEGORY } from '../figures/attribute.js'
import { IDLE_MODULE, NATIVE_MODULE } from '../figures/module-of.js'

/**
 * Two fills: one under dark text on light pages, one under light text on dark pages. The contrast
 * with the text is at least 4.5.
 */
export interface Colour {
  readonly light: string
  readonly dark: string
}

export const INK: Colour = { light: '#161616', dark: '#f3f3f3' }
export const PAGE: Colour = { light: '#ffffff', dark: '#16181c' }

/**
 * 14 hues around the OKLCH circle. Lightness alternates, so that neighbours differ for readers who
 * cannot distinguish hues.
 */
const HUES: readonly Colour[] = [
  { light: '#f59888', dark: '#6a2d24' },
  { light: '#ffc298', dark: '#7e4920' },
  { light: '#d9ac58', dark: '#573d01' },
  { light: '#d9d77a', dark: '#5e5b13' },
  { light: '#97c476', dark: '#2f4c13' },
  { light: '#8ce8b5', dark: '#206745' },
  { light: '#49ccbd', dark: '#034e46' },
  { light: '#67e6fb', dark: '#066370' },
  { light: '#64bff3', dark: '#004868' },
  { light: '#b9d2fe', dark: '#3b578a' },
  { light: '#afa9fa', dark: '#40396f' },
  { light: '#e7bfff', dark: '#69487c' },
  { light: '#e497cd', dark: '#602d52' },
  { light: '#ffbccb', dark: '#814152' },
]

/** Greys for states and for code that does not belong to the program. */
const STATE_COLOURS: Readonly<
  Record<'all' | 'native' | 'gc' | 'program' | 'idle' | 'elided', Colour>
> = {
  all: { light: '#e4e4e4', dark: '#33363b' },
  native: { light: '#c9ced6', dark: '#464d58' },
  gc: { light: '#bdb4a6', dark: '#5a5042' },
  program: { light: '#d6d6d6', dark: '#3f4145' },
  idle: { light: '#f0f0f0', dark: '#292b2f' },
  elided: { light: '#efefef', dark: '#2a2c30' },
}

/** The greys of groups that do not belong to the program. */
const STATE_OF: ReadonlyMap<string, keyof typeof STATE_COLOURS> = new Map([
  [GC_CATEGORY, 'gc'],
  [RUNTIME_CATEGORY, 'program'],
  [NATIVE_MODULE, 'native'],
  [IDLE_MODULE, 'idle'],
])

/** Colours of changes, from a small to a large change. */
const CHANGE_COLOURS: Readonly<
  Record<'same' | 'grew1' | 'grew2' | 'grew3' | 'shrank1' | 'shrank2' | 'shrank3', Colour>
> = {
  same: { light: '#e2e2e2', dark: '#3a3d42' },
  grew1: { light: '#fdd3ca', dark: '#532b24' },
  grew2: { light: '#fca391', dark: '#7a3528' },
  grew3: { light: '#f1735c', dark: '#a04130' },
  shrank1: { light: '#c3e2fe', dark: '#1a3b55' },
  shrank2: { light: '#80c5ff', dark: '#0b517f' },
  shrank3: { light: '#2da6fa', dark: '#0068a5' },
}

export type ChangeClass = keyof typeof CHANGE_COLOURS

/**
 * Colours of significant changes, from a small to a large change: orange and blue, which all
 * readers can distinguish.
 */
export const SIGNIFICANT_COLOURS: Readonly<
  Record<'unsure' | 'more1' | 'more2' | 'more3' | 'less1' | 'less2' | 'less3', Colour>
> = {
  unsure: CHANGE_COLOURS.same,
  more1: { light: '#ffe1b5', dark: '#4a3413' },
  more2: { light: '#ffba5c', dark: '#74470a' },
  more3: { light: '#ee8b11', dark: '#9b5a00' },
  less1: CHANGE_COLOURS.shrank1,
  less2: CHANGE_COLOURS.shrank2,
  less3: CHANGE_COLOURS.shrank3,
}

export type SignificantClass = keyof typeof SIGNIFICANT_COLOURS

/** The colours of the classes of boxes in every picture. */
export const FILLS: Readonly<Record<string, Colour>> = {
  ...Object.fromEntries(HUES.map((colour, index) => [`c${index}`, colour])),
  ...STATE_COLOURS,
  ...CHANGE_COLOURS,
}

/**
 * Assigns a class to each group. The hue is derived from the name of the group, so that a group
 * looks the same in every picture. If two groups of a picture collide, the later one takes the
 * next free hue. Beyond 14 groups, hues are shared.
 *
 * @param groups in order of importance, the most important first
 */
export function groupClasses(groups: readonly string[]): ReadonlyMap<string, string> {
  const classes = new Map<string, string>()
  const taken = new Set<number>()
  for (const group of new Set(groups)) {
    const state = STATE_OF.get(group)
    if (state !== undefined) {
      classes.set(group, state)
      continue
    }
    let hue = hash(group) % HUES.length
    if (taken.size < HUES.length) while (taken.has(hue)) hue = (hue + 1) % HUES.length
    taken.add(hue)
    classes.set(group, `c${hue}`)
  }
  return classes
}

/** The class of a change: grey below 0.1 % of the larger total, then steps at 0.1, 1 and 10 %. */
export function changeClass(before: number, after: number, whole: number): ChangeClass {
  const share = Math.abs(after - before) / whole
  if (!(share >= 0.001)) return 'same'
  const step = share >= 0.1 ? 3 : share >= 0.01 ? 2 : 1
  return `${after > before ? 'grew' : 'shrank'}${step}`
}

/**
 * @source FNV-1a, 32 bits, over UTF-16 code units, then the finalizer of MurmurHash3, so that the
 * low bits depend on every character
 */
function hash(text: string): number {
  let state = 0x811c9dc5
  for (let i = 0; i < text.length; i++) state = Math.imul(state ^ text.charCodeAt(i), 0x01000193)
  state = Math.imul(state ^ (state >>> 16), 0x85ebca6b)
  state = Math.imul(state ^ (state >>> 13), 0xc2b2ae35)
  return (state ^ (state >>> 16)) >>> 0
}
