import { describe, expect, it } from 'vitest'
import { gitEnvironment, withoutGitVariables } from '../../../harness/system/git-environment.js'

describe('the environment of git', () => {
  it('has no variable that points to another repository, and keeps those of the network', () => {
    const env = {
      PATH: '/bin',
      GIT_DIR: '/other/.git',
      GIT_COMMON_DIR: '/other/.git',
      GIT_ALTERNATE_OBJECT_DIRECTORIES: '/other/objects',
      GIT_CONFIG_PARAMETERS: "'core.worktree=/other'",
      GIT_QUARANTINE_PATH: '/other/incoming',
      GIT_SSH_COMMAND: 'ssh -i key',
      GIT_CONFIG_GLOBAL: '/dev/null',
    }
    expect(withoutGitVariables(env)).toEqual({
      PATH: '/bin',
      GIT_SSH_COMMAND: 'ssh -i key',
      GIT_CONFIG_GLOBAL: '/dev/null',
    })
    expect(gitEnvironment(env)).toMatchObject({ GIT_TERMINAL_PROMPT: '0', LC_ALL: 'C' })
  })

  it('keeps the trusted folders of a container, and no other setting', () => {
    const env = {
      GIT_CONFIG_COUNT: '3',
      GIT_CONFIG_KEY_0: 'core.worktree',
      GIT_CONFIG_VALUE_0: '/other',
      GIT_CONFIG_KEY_1: 'safe.directory',
      GIT_CONFIG_VALUE_1: '/work',
      GIT_CONFIG_KEY_2: 'status.showUntrackedFiles',
      GIT_CONFIG_VALUE_2: 'no',
    }
    expect(withoutGitVariables(env)).toEqual({
      GIT_CONFIG_COUNT: '1',
      GIT_CONFIG_KEY_0: 'safe.directory',
      GIT_CONFIG_VALUE_0: '/work',
    })
    expect(withoutGitVariables({ GIT_CONFIG_COUNT: 'many' })).toEqual({})
  })
})
