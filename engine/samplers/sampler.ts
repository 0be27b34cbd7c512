import type { Parameters } from '../search/parameter-space.js'

/** A point to try. */
export interface Proposal {
  /** 0, 1, 2 … in the order of the proposals. */
  readonly id: number
  readonly parameters: Parameters
  /** In (0, 1]: the share of the bars to use, the most recent ones; if absent, all of them. */
  readonly fidelity?: number
}

/** What came of a proposal. */
export interface Answer {
  readonly id: number
  /** The higher, the better. If absent or not finite, the point ranks after all that have one. */
  readonly score?: number
  /** By how much the constraints on the result are broken, ≥ 0; if absent, they hold. */
  readonly violation?: number
}

/**
 * Proposes points of a parameter space and learns from the answers. The proposals depend on the
 * space, the options, and the sequence of calls: how many points each call wanted, and which
 * answers came between. Within one `tell`, the order of the answers does not matter. So a search
 * that proposes a batch, waits for all of it and returns the answers proposes the same points for
 * the same size of batch, on any number of threads or machines.
 */
export interface Sampler {
  readonly method: string
  /**
   * Up to `count` points. Fewer, or none, if the method waits for answers or is exhausted; it is
   * exhausted if it returns none although every proposal is answered. Points of a finite space are
   * proposed once each, except again at a higher fidelity.
   *
   * @throws {EngineError} `input-invalid`: the count is not a whole number of 0 or more; or no
   * point that satisfies the constraints was found in a bounded number of tries
   */
  ask(count: number): readonly Proposal[]
  /**
   * Answers to proposals, in any number and order.
   *
   * @throws {EngineError} `input-invalid`: an id that was not proposed or is answered, or a
   * violation below zero; then none of the answers counts
   */
  tell(answers: readonly Answer[]): void
  /** Plain JSON from which `restoreSampler` continues as if there had been no interruption. */
  state(): SamplerState
}

/** How a sampler starts. */
export interface SamplerOptions {
  /** A whole number from 0 to 2^53 − 1; 1 if absent. The grid does not depend on it. */
  readonly seed?: number
  /** Fidelities of the methods that use several; the others ignore them. */
  readonly fidelity?: FidelityOptions
}

/** The fidelities of successive halving, Hyperband and BOHB. */
export interface FidelityOptions {
  /** The smallest share of the bars, in (0, 1]; 1/27 if absent. */
  readonly least?: number
  /** One of `reduction` points goes on to `reduction` times the bars; 3 if absent, at least 2. */
  readonly reduction?: number
}

/** A saved sampler, plain JSON. Only `restoreSampler` reads it. */
export interface SamplerState {
  readonly method: string
  readonly options: SamplerOptions
  /** The dimensions of the space, to recognise another one. */
  readonly dimensions: string
  /** The number of proposals made. */
  readonly proposed: number
  /** The state of the random source. */
  readonly words: readonly number[]
  /** Proposals without an answer. */
  readonly pending: readonly PendingPoint[]
  /** Keys of the points proposed, where none may repeat. */
  readonly seen: readonly string[]
  /** What the method keeps. */
  readonly own: unknown
}

/** A proposal without an answer, in coordinates of the axes. */
export interface PendingPoint {
  readonly id: number
  readonly point: readonly number[]
  readonly fidelity?: number
}
