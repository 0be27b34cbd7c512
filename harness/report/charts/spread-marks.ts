/**
 * Offsets that keep marks from hiding each other. Each mark takes the free lane nearest to the
 * middle. If there are more lanes than fit, the lanes move closer together and marks overlap.
 *
 * @param positions along the axis, px, in any order
 * @param size      diameter of a mark, px
 * @param room      space on each side of the middle, px
 * @returns offsets from the middle, px, in the order of the positions
 */
export function spreadMarks(positions: readonly number[], size: number, room: number): number[] {
  const ends: number[] = []
  const lanes = new Array<number>(positions.length).fill(0)
  const order = positions
    .map((_, index) => index)
    .sort((a, b) => positions[a]! - positions[b]! || a - b)
  for (const index of order) {
    const free = ends.findIndex((end) => end <= positions[index]!)
    const lane = free < 0 ? ends.length : free
    ends[lane] = positions[index]! + size
    lanes[index] = lane
  }
  const farthest = Math.ceil((ends.length - 1) / 2)
  const step = farthest > 0 ? Math.min(size, room / farthest) : 0
  return lanes.map((lane) => (lane % 2 === 0 ? -1 : 1) * Math.ceil(lane / 2) * step || 0)
}
