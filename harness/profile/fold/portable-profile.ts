import { pathOf, shownPath } from './source-maps.js'

/** The parts of a V8 profile that are changed. All other parts stay as they are. */
interface RawProfile {
  readonly nodes: readonly RawNode[]
  readonly samples: readonly number[]
}

interface RawNode {
  readonly id: number
  readonly callFrame: { readonly url: string }
  readonly children?: readonly number[]
  readonly positionTicks?: unknown
}

/**
 * A CPU profile that can be committed and still opens in Chrome DevTools. It leaves out the
 * folders of this machine, functions that ran only before the first sample, and the ticks per
 * line, which include the warm-up.
 *
 * @param text a profile that was parsed before
 * @param root folder that paths become relative to, absolute
 */
export function portableProfile(text: string, root: string): string {
  const profile = JSON.parse(text) as RawProfile
  const sampled = sampledNodes(profile)
  const nodes = profile.nodes
    .filter(({ id }) => sampled.has(id))
    .map(({ positionTicks: _, children = [], callFrame, ...node }) => ({
      ...node,
      callFrame: { ...callFrame, url: portableUrl(callFrame.url, root) },
      children: children.filter((child) => sampled.has(child)),
    }))
  return JSON.stringify({ ...profile, nodes })
}

/** The sampled nodes, their ancestors, and the root. */
function sampledNodes({ nodes, samples }: RawProfile): ReadonlySet<number> {
  const parentOf = new Map(
    nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id] as const)),
  )
  const sampled = new Set(nodes.slice(0, 1).map(({ id }) => id))
  for (const sample of samples) {
    for (
      let id: number | undefined = sample;
      id !== undefined && !sampled.has(id);
      id = parentOf.get(id)
    )
      sampled.add(id)
  }
  return sampled
}

function portableUrl(url: string, root: string): string {
  const path = url.startsWith('node:') ? undefined : pathOf(url)
  return path === undefined ? url : `file:///${shownPath(path, root)}`
}
