import { type ChildProcess, spawn } from 'node:child_process'
import { atExit } from './at-exit.js'

/**
 * A shell that kills what is named to it once the process that started it is gone, even if that was
 * killed itself. It waits for its input and needs no CPU. `+ 12` adds process 12, `+ -12` a process
 * group, `- 12` removes it.
 */
const SCRIPT = `
watched=" "
while read -r sign id; do
  case "$sign" in
    +) watched="$watched$id " ;;
    -) watched="\${watched%% $id *} \${watched#* $id }" ;;
  esac
done
for id in $watched; do kill -s KILL -- "$id" 2>/dev/null; done
`

let shell: ChildProcess | undefined
const watched = new Set<number>()

/**
 * Lets a process end with this one, however this one ends and however busy that process is.
 *
 * @param id of a process; negative: of a process group
 * @returns stops watching, for a process that has ended
 */
export function endWithThisProcess(id: number): () => void {
  const { stdin } = startShell()
  watched.add(id)
  stdin?.write(`+ ${id}\n`)
  return () => {
    watched.delete(id)
    stdin?.write(`- ${id}\n`)
  }
}

function startShell(): ChildProcess {
  if (shell !== undefined) return shell
  // A session of its own, because a signal to the group of this process must not reach it.
  const started = spawn('/bin/sh', ['-c', SCRIPT], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
    env: {},
  })
  started.unref()
  for (const emitter of [started, started.stdin]) emitter?.on('error', () => {})
  const handle = started.stdin as { unref?: () => void } | null
  handle?.unref?.()
  shell = started
  atExit(killWatched, 'first')
  return started
}

/** Before anything is cleaned up, so that nothing is written meanwhile. */
function killWatched(): void {
  for (const id of watched) {
    try {
      process.kill(id, 'SIGKILL')
    } catch {
      // It has ended.
    }
  }
}
