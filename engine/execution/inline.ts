/**
 * Runs tasks and returns their results in the order of the tasks, in whatever order they finish. A
 * task is plain data, so that an executor can send it to another thread.
 */
export interface Executor<Task, Result> {
  map(tasks: readonly Task[]): Promise<readonly Result[]>
}

/** Runs one task after the other in this thread; the first failure ends it. */
export function inlineExecutor<Task, Result>(
  work: (task: Task) => Promise<Result>,
): Executor<Task, Result> {
  return {
    async map(tasks) {
      const results: Result[] = []
      for (const task of tasks) results.push(await work(task))
      return results
    },
  }
}
