/** The fields of a CPU profile that depend on its start. */
export interface RawProfile {
  readonly startTime: number
  readonly samples: readonly number[]
  readonly timeDeltas: readonly number[]
  readonly nodes: readonly { readonly id: number }[]
}

/** A CPU profile without the samples before a time on its clock, µs. */
export function samplesFrom(profile: RawProfile, beginMicros: number): RawProfile {
  const samples: number[] = []
  const timeDeltas: number[] = []
  let last = Math.max(profile.startTime, beginMicros)
  let now = profile.startTime
  for (let i = 0; i < profile.samples.length; i++) {
    now += profile.timeDeltas[i]!
    if (now < beginMicros) continue
    samples.push(profile.samples[i]!)
    timeDeltas.push(now - last)
    last = now
  }
  const hits = new Map<number, number>()
  for (const id of samples) hits.set(id, (hits.get(id) ?? 0) + 1)
  return {
    ...profile,
    startTime: Math.max(profile.startTime, beginMicros),
    samples,
    timeDeltas,
    nodes: profile.nodes.map((node) => ({ ...node, hitCount: hits.get(node.id) ?? 0 })),
  }
}
