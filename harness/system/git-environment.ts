type Variables = Readonly<Record<string, string | undefined>>

/**
 * Variables that set how git reaches other hosts, the author of commits, and the folders of git's
 * own files. All others that begin with `GIT_` can point git to another repository, another index
 * or other files, as those that git itself sets in hooks.
 */
const KEPT =
  /^GIT_(SSH|SSH_COMMAND|SSH_VARIANT|ASKPASS|EXEC_PATH|SSL_\w+|HTTP_\w+|PROXY_\w+|ALLOW_PROTOCOL|AUTHOR_\w+|COMMITTER_\w+|CONFIG_GLOBAL|CONFIG_SYSTEM|CONFIG_NOSYSTEM)$/

/**
 * An environment without the variables that would make git work on another repository than that of
 * the folder it is called in. Of settings given by variables, the trust in folders is kept.
 */
export function withoutGitVariables(env: Variables): Record<string, string | undefined> {
  const kept = Object.entries(env).filter(([name]) => !name.startsWith('GIT_') || KEPT.test(name))
  return { ...Object.fromEntries(kept), ...trustedFolders(env) }
}

/**
 * The environment of every call of git: git does not prompt, prints English texts, and takes no
 * lock.
 */
export function gitEnvironment(env: Variables): Record<string, string | undefined> {
  return {
    ...withoutGitVariables(env),
    GIT_TERMINAL_PROMPT: '0',
    GIT_OPTIONAL_LOCKS: '0',
    LC_ALL: 'C',
  }
}

/** `safe.directory` of the settings in `GIT_CONFIG_KEY_n`, which containers need. */
function trustedFolders(env: Variables): Record<string, string> {
  const count = Number(env.GIT_CONFIG_COUNT ?? 0)
  const values = Array.from({ length: Number.isInteger(count) && count < 1000 ? count : 0 })
    .map((_, index) => [env[`GIT_CONFIG_KEY_${index}`], env[`GIT_CONFIG_VALUE_${index}`]] as const)
    .flatMap(([key, value]) =>
      key?.toLowerCase() === 'safe.directory' && value !== undefined ? [value] : [],
    )
  if (values.length === 0) return {}
  return Object.fromEntries([
    ['GIT_CONFIG_COUNT', String(values.length)],
    ...values.flatMap((value, index) => [
      [`GIT_CONFIG_KEY_${index}`, 'safe.directory'],
      [`GIT_CONFIG_VALUE_${index}`, value],
    ]),
  ])
}
