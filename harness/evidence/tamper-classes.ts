/**
 * The classes of tampering: what a run of measured code can do to look better than it is, each with
 * what happened. This is the only list of them; records hold a class and an instance of it.
 *
 * Measured processes load this module, so it imports nothing.
 */
const TAMPER_CLASSES = {
  'replaced-clock': 'a clock of the measured process was replaced',
  'replaced-primordial': 'a function of the language or of Node was replaced in the process',
  'patched-harness': 'a part of the harness was changed or inspected in the measured process',
  'patched-workload': 'a workload of the suite was changed while it was measured',
  'forged-message': 'the measured code sent a message in the name of the harness',
  'early-end': 'the measured process ended by itself before it answered',
  'false-clock': 'the CPU time the process reports is not the time the kernel counted',
  'changed-runtime': 'flags of V8 were changed while the process ran',
  'changed-priority': 'the priority or the CPUs of the measured process were changed',
  'changed-environment': 'the environment or the folder of the process was changed by a run',
  'written-file': 'the measured code wrote files outside of its scratch folder',
  'other-process': 'work was done in another process, whose CPU time is not counted',
  'disturbed-process': 'the measured code acted on a process that is not its own',
  'remembered-answer': 'an iteration returned the answer of another one',
  'different-when-measured': 'an iteration returned a wrong answer in a measured run',
  'late-answer': 'an answer was changed after its iteration had ended',
  'work-before-clock': 'work was moved to the loading of modules, or to what applies the layer',
  'work-in-warm-up': 'work was moved to the warm-up iterations',
  'work-after-clock': 'work was moved to after the timed iterations, or between them',
  'work-in-canonical': 'work was moved to the canonical form, which is not timed',
} as const

export type TamperClass = keyof typeof TAMPER_CLASSES

/** All classes, in the order of the list. */
export const TAMPER_CLASS_NAMES = Object.keys(TAMPER_CLASSES) as readonly TamperClass[]

/** One instance of tampering. */
export interface TamperSign {
  readonly class: TamperClass
  /** What was found, in a few words: `process.cpuUsage was replaced`. */
  readonly what: string
}

/** A sign as a sentence: `replaced-clock: a clock … was replaced (Date.now)`. */
export function signText({ class: name, what }: TamperSign): string {
  return `${name}: ${TAMPER_CLASSES[name]} (${what})`
}
