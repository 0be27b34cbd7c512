/**
 * A seeded source of random numbers whose whole state is four 32-bit words, so that a sampler can
 * be saved and continued.
 *
 * @source xoshiro128** of Blackman & Vigna 2021, ACM TOMS 47 (4); words from splitmix32
 */
export class RandomSource {
  readonly #words: number[]

  /** @param words  the four words of `wordsOf`, changed in place, so that they are the state */
  constructor(words: number[]) {
    this.#words = words
  }

  /** A uniform number in [0, 1), of 53 bits. */
  next(): number {
    return ((this.word() >>> 5) * 2 ** 26 + (this.word() >>> 6)) / 2 ** 53
  }

  /** A uniform whole number from 0 below a bound. */
  below(bound: number): number {
    return Math.floor(this.next() * bound)
  }

  /** A standard normal number (Marsaglia's polar method, of which one half is used). */
  normal(): number {
    for (;;) {
      const x = 2 * this.next() - 1
      const y = 2 * this.next() - 1
      const square = x * x + y * y
      if (square > 0 && square < 1) return x * Math.sqrt((-2 * Math.log(square)) / square)
    }
  }

  /** Whole numbers from 0 below `count` in a random order. */
  permutation(count: number): number[] {
    const order = Array.from({ length: count }, (_, i) => i)
    for (let i = count - 1; i > 0; i--) {
      const j = this.below(i + 1)
      const kept = order[i]!
      order[i] = order[j]!
      order[j] = kept
    }
    return order
  }

  /** An unsigned word of 32 bits. */
  word(): number {
    const s = this.#words
    const s1 = s[1]!
    const times5 = Math.imul(s1, 5)
    const result = Math.imul((times5 << 7) | (times5 >>> 25), 9) >>> 0
    s[2]! ^= s[0]!
    s[3]! ^= s1
    s[1] = s1 ^ s[2]!
    s[0]! ^= s[3]!
    s[2]! ^= s1 << 9
    s[3] = (s[3]! << 11) | (s[3]! >>> 21)
    return result
  }
}

/** A place in a list of weights with a given sum, drawn by weight. */
export function drawnPlace(
  weights: readonly number[],
  total: number,
  random: RandomSource,
): number {
  let left = random.next() * total
  for (let i = 0; i < weights.length - 1; i++) {
    left -= weights[i]!
    if (left < 0) return i
  }
  return weights.length - 1
}

/** The four words in which a source starts, from a seed of up to 53 bits. */
export function wordsOf(seed: number): number[] {
  const high = Math.floor(seed / 2 ** 32)
  return Array.from({ length: 4 }, (_, i) => hash32(hash32(seed, i), high) | 0)
}

/** A well-mixed unsigned word from two (the finaliser of murmur3 over a Weyl step). */
export function hash32(value: number, salt: number): number {
  let mixed = (value + Math.imul(salt + 1, 0x9e3779b9)) | 0
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
  return (mixed ^ (mixed >>> 16)) >>> 0
}
