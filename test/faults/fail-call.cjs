'use strict'
const { appendFileSync } = require('node:fs')
const fs = require('node:fs')
const promises = require('node:fs/promises')
const processes = require('node:child_process')
const { syncBuiltinESMExports } = require('node:module')
const { resolve } = require('node:path')

/**
 * Preloaded into a command: numbers its calls of the operating system, and lets one of them fail,
 * or kills the process just before it. Only calls that our own compiled code makes are counted; a
 * call is named by its function and the place it is called from.
 *
 * `FAULT` holds `{ mode: 'list' | 'fail' | 'kill', call, occurrence, code, list }` as JSON. It is
 * taken out of the environment: processes that the command starts are left alone.
 */
const fault = JSON.parse(process.env.FAULT ?? 'null')
delete process.env.FAULT

/** A place in our own sources: the commands run with source maps, since the build joins modules. */
const OURS = new RegExp(
  `${resolve(__dirname, '../..').replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}/((?:engine|harness|scenarios)/[^:)]+):(\\d+):\\d+`,
)
const seen = new Map()

/** Functions that report their failure to the caller; `existsSync` and `constants` do not. */
const SYNC =
  'open write fsync close ftruncate rename link unlink symlink mkdir mkdtemp rm readFile writeFile appendFile copyFile cp readdir stat lstat realpath'
    .split(' ')
    .map((name) => `${name}Sync`)
const ASYNC =
  'open rename link unlink symlink mkdir mkdtemp rm readFile writeFile appendFile copyFile cp readdir stat lstat access'.split(
    ' ',
  )
const STARTS = ['spawn', 'fork', 'spawnSync', 'execFileSync']

if (fault !== null) {
  for (const name of SYNC) fs[name] = watched(name, fs[name], raise)
  for (const name of ASYNC) promises[name] = watched(`promises.${name}`, promises[name], reject)
  for (const name of STARTS) processes[name] = watched(name, processes[name], raise)
  syncBuiltinESMExports()
}

function watched(name, original, refuse) {
  return function (...given) {
    const call = callOf(name)
    if (call !== undefined && isFault(call)) return refuse(errorOf(name, given[0]))
    const result = original.apply(this, given)
    return name === 'promises.open' && call !== undefined ? result.then(watchHandle) : result
  }
}

/** The handle whose writes, syncs and closing are calls of their own. */
function watchHandle(handle) {
  for (const name of ['write', 'writeFile', 'sync', 'close'])
    handle[name] = watched(`handle.${name}`, handle[name], reject)
  return handle
}

/** Function and place of a call from our own code; undefined for any other. */
function callOf(name) {
  const limit = Error.stackTraceLimit
  Error.stackTraceLimit = 12
  const frames = new Error().stack.split('\n').slice(3)
  Error.stackTraceLimit = limit
  const caller = frames.find((frame) => !/node:internal|\(<anonymous>\)/.test(frame))
  const place = caller === undefined ? null : OURS.exec(caller)
  if (place === null) return undefined
  // The frame above distinguishes the users of a function of ours that wraps one call.
  const above = frames
    .slice(frames.indexOf(caller) + 1)
    .map((frame) => OURS.exec(frame))
    .filter((match) => match !== null && match[1] !== place[1])[0]
  return `${name} ${place[1]}:${place[2]}${above ? ` < ${above[1]}:${above[2]}` : ''}`
}

function isFault(call) {
  const occurrence = (seen.get(call) ?? 0) + 1
  seen.set(call, occurrence)
  if (fault.mode === 'list') {
    appendFileSync(fault.list, `${call}\n`)
    return false
  }
  if (call !== fault.call || occurrence !== fault.occurrence) return false
  appendFileSync(fault.list, `${call}\n`)
  if (fault.mode === 'kill') process.kill(process.pid, 'SIGKILL')
  return true
}

function errorOf(name, path) {
  const place = typeof path === 'string' ? ` '${path}'` : ''
  const message = `${fault.code}: injected, ${name}${place}`
  return Object.assign(new Error(message), { code: fault.code, syscall: name, errno: -5 })
}

function raise(error) {
  throw error
}

async function reject(error) {
  throw error
}
