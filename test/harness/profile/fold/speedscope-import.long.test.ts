import { existsSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { dirname, extname, join, resolve, sep } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { toPprof } from '../../../../harness/profile/fold/pprof.js'
import { toSpeedscope } from '../../../../harness/profile/fold/speedscope.js'
import { browserOfTests } from '../../../fixtures/browser.js'
import { HOSTILE_NAMES, js, profileOf } from '../hostile-names.js'

const require = createRequire(import.meta.url)
/** The real speedscope, in a browser, opening files of assay. */
const home = join(dirname(require.resolve('speedscope/package.json')), 'dist', 'release')
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
}

const main = js('main', 'scenarios/main.ts', 3)
const profile = profileOf([
  [[main], 40_000],
  ...HOSTILE_NAMES.map(
    (name, index) => [[main, js(name, name, index + 1)], 1000 * (index + 1)] as const,
  ),
])
const files: Readonly<Record<string, string | Uint8Array>> = {
  '/written.speedscope.json': JSON.stringify(toSpeedscope(profile, 'written')),
  '/written.pb.gz': toPprof(profile),
  '/broken.speedscope.json': JSON.stringify({
    ...toSpeedscope(profile, 'broken'),
    profiles: 'none',
  }),
}

// It draws with WebGL, which a machine without a graphics card computes.
const browser = browserOfTests([
  '--no-sandbox',
  '--use-gl=angle',
  '--use-angle=swiftshader',
  '--enable-unsafe-swiftshader',
  '--disable-quic',
])
const server = createServer((request, response) => {
  const { pathname } = new URL(request.url ?? '/', 'http://localhost')
  const path = resolve(home, `.${pathname === '/' ? '/index.html' : pathname}`)
  const content =
    files[pathname] ??
    (path.startsWith(home + sep) && existsSync(path) ? readFileSync(path) : undefined)
  response.writeHead(content === undefined ? 404 : 200, {
    'content-type': TYPES[extname(path)] ?? 'application/octet-stream',
  })
  response.end(content)
})

beforeAll(() => new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening)))
afterAll(() => void server.close())

async function openInSpeedscope(file: string): Promise<{
  readonly title: string
  readonly importedAs: string
  readonly errors: readonly string[]
}> {
  const page = await browser().newPage()
  const errors: string[] = []
  const logs: string[] = []
  page.on('pageerror', (error) => errors.push(error.message))
  page.on('console', (message) => (message.type() === 'error' ? errors : logs).push(message.text()))
  await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/#profileURL=/${file}`)
  // It ends with the views of the profile, or with a sentence that it failed.
  await page.waitForFunction(
    '/Left Heavy|Something went wrong/.test(document.body.innerText)',
    undefined,
    { timeout: 20_000 },
  )
  const title = await page.title()
  await page.close()
  return { title, importedAs: logs.find((log) => log.startsWith('Importing as')) ?? '', errors }
}

describe('speedscope', () => {
  it('opens a speedscope file of assay', async () => {
    expect(await openInSpeedscope('written.speedscope.json')).toEqual({
      title: 'written - speedscope',
      importedAs: 'Importing as speedscope json file',
      errors: [],
    })
  })

  it('opens a pprof file of assay', async () => {
    expect(await openInSpeedscope('written.pb.gz')).toEqual({
      title: 'written.pb.gz - speedscope',
      importedAs: 'Importing as protobuf encoded pprof file',
      errors: [],
    })
  })

  it('reports a file that it cannot open', async () => {
    const { title } = await openInSpeedscope('broken.speedscope.json')
    expect(title).toBe('speedscope')
  })
})
