import { pathOf, shownPath } from './source-maps.js'

/** What is touched of a profile of V8; everything else stays as it is. */
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
 * A CPU profile as it can be committed, and still opens in Chrome DevTools: without the folders of
 * this machine, without functions that only ran before the samples begin, and without ticks per
 * line, which V8 counts from its own start on.
 *
 * @param text a profile that was parsed before
 * @param root folder that paths are relative to, absolute
 */
export function portableProfile(text: string, root: string): string {
  const profile = JSON.parse(text) as RawProfile
  const kept = sampledNodes(profile)
  const nodes = profile.nodes
    .filter(({ id }) => kept.has(id))
    .map(({ positionTicks: _, children = [], callFrame, ...node }) => ({
      ...node,
      callFrame: { ...callFrame, url: portableUrl(callFrame.url, root) },
      children: children.filter((child) => kept.has(child)),
    }))
  return JSON.stringify({ ...profile, nodes })
}

/** The nodes that were sampled, and those above them; the root always. */
function sampledNodes({ nodes, samples }: RawProfile): ReadonlySet<number> {
  const parentOf = new Map(
    nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id] as const)),
  )
  const kept = new Set(nodes.slice(0, 1).map(({ id }) => id))
  for (const sample of samples) {
    for (
      let id: number | undefined = sample;
      id !== undefined && !kept.has(id);
      id = parentOf.get(id)
    )
      kept.add(id)
  }
  return kept
}

function portableUrl(url: string, root: string): string {
  const path = url.startsWith('node:') ? undefined : pathOf(url)
  return path === undefined ? url : `file:///${shownPath(path, root)}`
}
