import { describe, expect, it } from 'vitest'
import { clopperPearson } from '../../../scenarios/error-rates/clopper-pearson.js'
import { FRESH_COUNTS } from '../../../scenarios/error-rates/fresh-counts.js'
import {
  FRESH_CELL_NAMES,
  FRESH_CELLS,
  type FreshDecision,
} from '../../../scenarios/error-rates/fresh-decision.js'
import {
  type FreshTask,
  freshSchedule,
  freshTasksLeft,
} from '../../../scenarios/error-rates/fresh-schedule.js'

const workloads = ['grid-search', 'walk-forward']
const tasks = freshSchedule(workloads)
const count = (matches: (task: FreshTask) => boolean) => tasks.filter(matches).length

describe('freshSchedule', () => {
  it.each(FRESH_CELL_NAMES)(
    '%s: as many decisions as planned, some of them beside two hogs',
    (cell) => {
      expect(count((task) => task.cell === cell)).toBe(FRESH_COUNTS[cell])
      expect(count((task) => task.cell === cell && task.hogs === 2)).toBe(
        Math.floor(FRESH_COUNTS[cell] / (cell === 'none' ? 2 : 4)),
      )
      expect(
        tasks
          .filter((task) => task.cell === cell)
          .every(({ change }) => change === FRESH_CELLS[cell]),
      ).toBe(true)
    },
  )

  it('plans enough decisions to show the goals if every decision is right', () => {
    const never = (trials: number) => clopperPearson(0, trials).upper
    expect(never(FRESH_COUNTS.none)).toBeLessThanOrEqual(0.00501)
    expect(never(FRESH_COUNTS['3% faster'])).toBeLessThanOrEqual(0.02)
    expect(never(FRESH_COUNTS['10% faster'])).toBeLessThanOrEqual(0.01)
    expect(never(FRESH_COUNTS['3% slower'])).toBeLessThanOrEqual(0.05)
    expect(never(FRESH_COUNTS['6% slower'] / 2)).toBeLessThanOrEqual(0.05)
    expect(never(FRESH_COUNTS['12% slower'] / 2)).toBeLessThanOrEqual(0.02)
  })

  it.each(workloads)(
    'gives %s half of the decisions of every cell, give or take a block, with hogs and without',
    (workload) => {
      for (const cell of FRESH_CELL_NAMES) {
        const all = tasks.filter((task) => task.cell === cell)
        const own = all.filter((task) => task.workload === workload)
        expect(Math.abs(own.length / all.length - 0.5)).toBeLessThanOrEqual(0.03)
        for (const hogs of [0, 2]) {
          const seeds = own.filter((task) => task.hogs === hogs).map(({ dataSeed }) => dataSeed)
          expect(new Set(seeds).size).toBe(4)
        }
      }
    },
  )

  it('gives every decision a seed of its own, the same in every repetition', () => {
    expect(new Set(tasks.map(({ seed }) => seed)).size).toBe(tasks.length)
    expect(freshSchedule(workloads)).toEqual(tasks)
  })

  it('spreads each cell over the whole study', () => {
    for (const cell of FRESH_CELL_NAMES) {
      const places = tasks.flatMap((task, index) =>
        task.cell === cell ? [index / tasks.length] : [],
      )
      expect(Math.min(...places)).toBeLessThan(0.25)
      expect(Math.max(...places)).toBeGreaterThan(0.75)
    }
  })
})

describe('freshTasksLeft', () => {
  it('leaves out measured tasks, and keeps the order of the rest', () => {
    const done = [tasks[3], tasks[0]].map((task) => ({ seed: task?.seed }) as FreshDecision)
    expect(freshTasksLeft(tasks, done)).toEqual(
      tasks.filter((_, index) => index !== 0 && index !== 3),
    )
  })
})
