import { createHash } from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join, relative, resolve, sep } from 'node:path'
import { fileURLToPath } from 'node:url'

/**
 * Modules whose imports are joined. Each entry is written in the place of its compiled file, as one
 * file with all of its modules, because loading 500 files takes a process several times as long as
 * loading a dozen. What the entries of a bundle share is below its folder, one file per package.
 */
const BUNDLES = [
  // What measured processes and their threads import.
  {
    entries: [
      'scenarios/suite',
      'scenarios/workloads/opening-worker',
      'scenarios/scale/scale-suite',
      'scenarios/speed/engines/assay-engine',
      'scenarios/speed/engines/sweep-engine',
    ],
    folder: 'measured',
  },
  // The engine alone, and the commands that run it.
  {
    entries: [
      'engine/index',
      'engine/execution/search-worker',
      'scenarios/commands/run-backtest',
      'scenarios/search/run-command',
    ],
    folder: 'joined',
    stays: (path) =>
      /^(?:harness|scenarios\/search-page)\//.test(path) || path === 'scenarios/suite.js',
  },
  // What the command line loads before the module of a command. Classes of errors are compared, so
  // every module must get them from the same file.
  {
    entries: ['scenarios/main'],
    folder: 'command-line',
    stays: (path, isLazy) =>
      isLazy || /^harness\/(?:(?:errors|io)\.js|profile\/tools\/)/.test(path),
  },
]
/** Stands for the folder of compiled code in an import, until the place of its file is known. */
const COMPILED = 'compiled:'
const LICENCES = 'THIRD-PARTY-LICENCES.txt'
const PACKAGE_FOLDER = /^.*[\\/]node_modules[\\/]((?:@[^\\/]+[\\/])?[^\\/]+)[\\/]/

/**
 * Joins the modules of all bundles into `dist`, with source maps to the sources as written.
 *
 * @param root of the checkout, absolute
 * @param dist folder of compiled code, absolute
 * @returns SHA-256 of every file the bundles are made of, and of every file written, by path from
 * the root; empty if the checkout has none of the modules
 */
export async function bundleMeasured(root, dist) {
  const digests = {}
  for (const { entries, ...rest } of BUNDLES) {
    const present = entries.filter((entry) => existsSync(join(root, `${entry}.ts`)))
    if (present.length > 0)
      Object.assign(digests, await joinModules(root, dist, { present, ...rest }))
  }
  return digests
}

async function joinModules(root, dist, { present, folder, stays }) {
  // Loaded only here, because most builds find their bundles unchanged.
  const { rolldown } = await import('rolldown')
  const bundle = await rolldown({
    input: Object.fromEntries(present.map((entry) => [entry, join(root, `${entry}.ts`)])),
    cwd: root,
    platform: 'node',
    tsconfig: false,
    // It loads a file beside its own.
    external: ['jiti', 'bullmq', 'ioredis'],
    plugins: stays === undefined ? [] : [compiledModules(root, stays)],
    resolve: { extensionAlias: { '.js': ['.ts', '.js'] } },
    // The code that is measured stays as it is written.
    optimization: { inlineConst: false },
    // Comments with paths would differ between checkouts.
    experimental: { attachDebugInfo: 'none' },
  })
  try {
    const { output } = await bundle.generate(outputOptions(dist, folder))
    const sources = await bundle.watchFiles
    const written = writeOutput(dist, folder, [...output, licencesOf(folder, sources)])
    return digestsOf(root, [...sources, fileURLToPath(import.meta.url), ...written])
  } finally {
    await bundle.close()
  }
}

/**
 * Leaves modules out of a bundle: it imports them from where the compiler wrote them.
 *
 * @param stays decides it by the path of a compiled module from `dist`, and whether it is imported
 * only while the program runs
 */
function compiledModules(root, stays) {
  const compiled = (specifier, importer, isLazy) => {
    if (importer === undefined || !specifier.startsWith('.')) return null
    const path = relative(root, resolve(dirname(importer), specifier))
      .split(sep)
      .join('/')
    return stays(path, isLazy) ? { id: `${COMPILED}${path}`, external: true } : null
  }
  return {
    name: 'compiled-modules',
    resolveId: (specifier, importer) => compiled(specifier, importer, false),
    resolveDynamicImport: (specifier, importer) => compiled(specifier, importer, true),
    generateBundle(_options, output) {
      for (const chunk of Object.values(output))
        if (chunk.type === 'chunk')
          chunk.code = chunk.code.replaceAll(
            COMPILED,
            `${relative(dirname(chunk.fileName), '.') || '.'}/`,
          )
    },
  }
}

/** Whether bundles and what they are made of are still as `bundleMeasured` left them. */
export function areUnchanged(root, digests) {
  try {
    const now = digestsOf(
      root,
      Object.keys(digests).map((path) => join(root, path)),
    )
    return Object.entries(digests).every(([path, digest]) => now[path] === digest)
  } catch {
    return false
  }
}

function outputOptions(dist, folder) {
  return {
    dir: dist,
    format: 'esm',
    sourcemap: true,
    sourcemapExcludeSources: true,
    // Names as written, for profiles and stacks.
    minify: false,
    minifyInternalExports: false,
    comments: { legal: true, annotation: false, jsdoc: false },
    entryFileNames: '[name].js',
    chunkFileNames: `${folder}/[name].js`,
    codeSplitting: { groups: [{ name: fileOfPackage, debugName: 'packages' }] },
  }
}

/** Name of the file that a module of a package goes to; null for a module of this repository. */
function fileOfPackage(id) {
  const name = packageOf(id)
  return name === undefined
    ? null
    : name.replace(/^@/, '').replaceAll('/', '-').replace(/\.js$/, '')
}

function packageOf(id) {
  return PACKAGE_FOLDER.exec(id)?.[1]?.replaceAll(sep, '/')
}

/**
 * Replaces each file as a whole, so that a process that starts meanwhile reads no half of one.
 *
 * @returns paths of the files
 */
function writeOutput(dist, name, output) {
  const folder = join(dist, name)
  const written = new Set()
  for (const { fileName, code, source } of output) {
    const path = join(dist, fileName)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(`${path}.${process.pid}`, code ?? source)
    renameSync(`${path}.${process.pid}`, path)
    written.add(path)
  }
  for (const file of readdirSync(folder))
    if (!written.has(join(folder, file))) rmSync(join(folder, file), { recursive: true })
  return [...written]
}

/** The licences of all bundled packages: they go where the code goes. */
function licencesOf(folder, sources) {
  const folders = new Map()
  for (const id of sources) {
    const name = packageOf(id)
    if (name !== undefined) folders.set(name, PACKAGE_FOLDER.exec(id)[0])
  }
  const texts = [...folders].sort().map(([name, folder]) => {
    const { version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
    const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry))
    const text =
      file === undefined ? `Licence: ${license}` : readFileSync(join(folder, file), 'utf8')
    return `${name} ${version}\n\n${text.trim()}\n`
  })
  return { fileName: `${folder}/${LICENCES}`, source: texts.join(`\n${'-'.repeat(80)}\n\n`) }
}

/** SHA-256 of files, absolute, by their paths from a folder, ascending. */
export function digestsOf(root, paths) {
  return Object.fromEntries(
    [...new Set(paths)]
      .sort()
      .map((path) => [
        relative(root, path).split(sep).join('/'),
        createHash('sha256').update(readFileSync(path)).digest('hex'),
      ]),
  )
}
