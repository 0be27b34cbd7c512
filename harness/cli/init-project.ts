import { existsSync, lstatSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'
import { EXIT, type ExitCode, InputError } from '../errors.js'
import type { Io } from '../io.js'
import { explainFileError, makeDirectory } from '../system/files.js'
import { packageRoot } from '../system/package-root.js'
import { alignedRows } from '../text/table.js'
import { commandText, quoted } from './command-text.js'
import { shownPath } from './output.js'

/** The layer of the suite that is written. */
const EXAMPLE_LAYER = 'by-set'
/** Where a suite in `bench`, the folder of the templates, is compiled to. */
const COMPILED = 'bench/build/bench/'
const ATTRIBUTES = '.gitattributes'

/** One file to write. */
interface NewFile {
  /** Relative to the project. */
  readonly path: string
  readonly text: string
}

/**
 * Writes a small suite into a project: in TypeScript if the project has a tsconfig.json, otherwise
 * in JavaScript. Prints what to do next. An existing file is never replaced.
 *
 * @param cwd root of the project  @param folder of the suite, below the root
 * @throws {InputError} a file exists, or cannot be written; nothing is left behind
 */
export function initProject(cwd: string, folder: string, io: Io): ExitCode {
  const typed = existsSync(join(cwd, 'tsconfig.json'))
  const files = [
    ...(typed ? typedSuite(folder) : [plainSuite(folder)]),
    ...(isThere(join(cwd, ATTRIBUTES)) ? [] : [attributes()]),
  ]
  refuseExisting(cwd, folder, files)
  writeAll(cwd, folder, files)
  for (const { path } of files) io.stdout(`written: ${path}\n`)
  const missing = missingAttributes(cwd)
  if (missing.length > 0)
    io.stderr(
      `add to ${ATTRIBUTES}, so that git leaves line ends of the evidence as they are: ${missing.join(' · ')}\n`,
    )
  io.stdout(`\n${nextSteps(folder, typed, io)}`)
  return EXIT.done
}

function plainSuite(folder: string): NewFile {
  return { path: `${folder}/suite.mjs`, text: suiteText('suite.mjs', folder) }
}

/** The suite, and how it is compiled: beside it, whatever the project compiles. */
function typedSuite(folder: string): NewFile[] {
  const config = template('tsconfig.json').replace('".."', `"${folder.replace(/[^/]+/g, '..')}"`)
  return [
    { path: `${folder}/suite.mts`, text: suiteText('suite.mts', folder) },
    { path: `${folder}/tsconfig.json`, text: config },
    { path: `${folder}/.gitignore`, text: 'build/\n' },
  ]
}

function attributes(): NewFile {
  return { path: ATTRIBUTES, text: template('gitattributes') }
}

/** A suite whose comments name its own folder. */
function suiteText(name: string, folder: string): string {
  const up = folder.replace(/[^/]+/g, '..')
  return template(name)
    .replaceAll("'../src/", `'${up}/src/`)
    .replaceAll(COMPILED, `${folder}/build/${folder}/`)
    .replaceAll(/(?<=[ =])bench(?=\/suite|\n)/g, folder)
}

function template(name: string): string {
  return readFileSync(join(packageRoot(), 'harness', 'cli', 'templates', name), 'utf8')
}

/** @throws {InputError} one of the files exists, or the folder is a file */
function refuseExisting(cwd: string, folder: string, files: readonly NewFile[]): void {
  if (lstatSync(join(cwd, folder), { throwIfNoEntry: false })?.isFile())
    throw new InputError(`${folder} is a file; name another folder: ${commandText('init')} perf`)
  const existing = files.find(({ path }) => isThere(join(cwd, path)))
  if (existing === undefined) return
  throw new InputError(
    `${existing.path} exists and is not replaced; name another folder: ${commandText('init')}${quoted(`${folder}-2`)}`,
  )
}

/** Whether something has this path, also a link whose target is missing. */
export function isThere(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined
}

/**
 * Writes all files or none.
 *
 * @param folder that is made first, below the root
 * @throws {InputError} one of them exists or cannot be written
 */
export function writeAll(cwd: string, folder: string, files: readonly NewFile[]): void {
  const written: string[] = []
  try {
    makeDirectory(resolve(cwd, folder))
    for (const { path, text } of files) {
      writeFileSync(join(cwd, path), text, { flag: 'wx' })
      written.push(path)
    }
  } catch (error) {
    for (const path of written) rmSync(join(cwd, path), { force: true })
    const path = files[written.length]!.path
    const explained = explainFileError(error, path)
    if (!(explained instanceof InputError)) throw explained
    throw new InputError(`cannot write ${path}; check the permissions of its folder`, {
      cause: error,
    })
  }
}

/** Lines that a .gitattributes of the project's own lacks. */
function missingAttributes(cwd: string): string[] {
  const present = readFileSync(join(cwd, ATTRIBUTES), 'utf8').split(/\r?\n/)
  const needed = template('gitattributes').split('\n')
  return needed.filter((line) => line !== '' && !line.startsWith('#') && !present.includes(line))
}

function nextSteps(folder: string, typed: boolean, io: Io): string {
  const suite = typed ? `${folder}/build/${folder}/suite.mjs` : `${folder}/suite.mjs`
  const named = `--suite${quoted(suite)}`
  const rows = [
    ...(typed ? compileSteps(folder, io) : []),
    [commandText('list', named), 'what the suite holds'],
    [commandText('evaluate', EXAMPLE_LAYER, named, '--scale smoke'), 'a verdict, in a minute'],
    ...(typed ? [[`npm pkg set scripts.build:bench='tsc -p ${folder}'`, 'for the gate']] : []),
    [
      commandText('gate --base main --module', `${suite} --build`, typed ? 'build:bench' : 'none'),
      'on a branch, committed: is it slower than main?',
    ],
  ]
  return [
    'next:',
    ...alignedRows(rows).map((line) => `  ${line}`),
    'Commit the suite before you evaluate it, because a record names the commit it measured.',
    'Evaluations write decisions/, profiling-results/ and reports/: commit these too.',
    `The guide: ${shownPath(join(packageRoot(), 'docs', 'other-projects.md'), io)}`,
    '',
  ].join('\n')
}

function compileSteps(folder: string, io: Io): string[][] {
  const compile = [`npx tsc -p ${folder}`, 'after every change of the suite']
  const install = ['npm install --save-dev typescript', 'this project has none']
  return hasTypescript(io.cwd) ? [compile] : [install, compile]
}

function hasTypescript(cwd: string): boolean {
  try {
    createRequire(join(resolve(cwd), 'suite.js')).resolve('typescript/bin/tsc')
    return true
  } catch {
    return false
  }
}
