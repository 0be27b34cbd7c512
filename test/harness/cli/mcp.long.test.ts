import { cpSync, existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Client } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { judgementSchema } from '../../../harness/record/judgement-schema.js'
import { packageRoot } from '../../../harness/system/package-root.js'
import { fixture, temporaryDirectory } from '../../fixtures/bench.js'
import { evaluatedFaster } from '../../fixtures/evaluated.js'

describe('assay mcp', () => {
  const client = new Client({ name: 'test', version: '1' })
  let root = ''
  let transport: StdioClientTransport

  beforeAll(async () => {
    root = temporaryDirectory()
    cpSync((await evaluatedFaster()).root, root, { recursive: true })
    transport = new StdioClientTransport({
      command: process.execPath,
      args: [
        join(packageRoot(), 'dist', 'scenarios', 'main.js'),
        ...['mcp', '--suite', fixture('kernel-suite.mjs'), '--out', root],
      ],
      env: { ...process.env, NODE_EXTRA_CA_CERTS: '' } as Record<string, string>,
      stderr: 'ignore',
    })
    await client.connect(transport)
  })

  afterAll(() => client.close())

  const call = (name: string, given: Record<string, unknown> = {}) =>
    client.callTool({ name, arguments: given })

  it('offers three tools, each with a schema of its input', async () => {
    const { tools } = await client.listTools()
    expect(tools.map(({ name }) => name)).toEqual(['list', 'judge', 'explain'])
    for (const { inputSchema, description } of tools) {
      expect(inputSchema.type).toBe('object')
      expect(description).toBeTruthy()
    }
  })

  it('lists layers, workloads and records', async () => {
    const { structuredContent, isError } = await call('list')
    expect(isError).toBeFalsy()
    expect(structuredContent).toMatchObject({
      schema: 'assay/list@1',
      suite: 'kernel',
      layers: expect.arrayContaining([expect.objectContaining({ id: 'faster' })]),
      workloads: [{ id: 'spin' }, { id: 'guard' }],
      records: [{ id: '0001-faster', layer: 'faster', verdict: 'accepted' }],
    })
  })

  it('explains a record by its number', async () => {
    const { structuredContent, content } = await call('explain', { record: '1' })
    const { judgement } = structuredContent as { judgement: unknown }
    expect(judgementSchema.parse(judgement)).toMatchObject({
      verdict: 'accepted',
      keep: true,
      evidence: { record: join(root, 'decisions', '0001-faster.json') },
    })
    const [text] = content as { text: string }[]
    expect(text!.text).toMatch(/^0001-faster: faster turns\nkeep +accepted: /)
    expect(text!.text).toContain(`page: ${join(root, 'decisions', '0001-faster.md')}`)
  })

  it('judges in a process of its own, within the time: not equivalent is to discard', async () => {
    const out = readdirSync(join(root, 'decisions')).length
    const { structuredContent, content, isError } = await call('judge', {
      layer: 'one-tick',
      workloads: ['spin'],
      scale: 'smoke',
    })
    expect(isError).toBeFalsy()
    expect(judgementSchema.parse(structuredContent)).toMatchObject({
      verdict: 'rejected',
      keep: false,
      reasons: [{ code: 'not-equivalent' }],
    })
    expect((content as { text: string }[])[0]!.text).toMatch(/^discard +rejected: spin, seed /)
    expect(readdirSync(join(root, 'decisions')).length).toBeGreaterThan(out)
  })

  it.each([
    ['judge', { layer: 'fastr', scale: 'smoke' }, /unknown layer fastr; did you mean faster\?/],
    ['judge', { layer: '--help' }, /layer/],
    ['judge', { layer: 'faster', suite: 'none.mjs' }, /no such file/],
    ['explain', { record: '99' }, /unknown record 99/],
    ['explain', { record: '../../etc' }, /record/],
    ['list', { suite: 'none.mjs' }, /no such file/],
  ])('%s %j is an error of the tool, and never a judgement', async (name, given, message) => {
    const { isError, content, structuredContent } = await call(name, given)
    expect(isError).toBe(true)
    expect((content as { text: string }[])[0]!.text).toMatch(message)
    if (structuredContent !== undefined)
      expect(judgementSchema.parse(structuredContent)).toMatchObject({ keep: false })
  })

  it('ends a judgement with its call, and everything with its stdin', async () => {
    const controller = new AbortController()
    const call = client.callTool(
      { name: 'judge', arguments: { layer: 'hang', workloads: ['spin'], scale: 'smoke' } },
      { signal: controller.signal },
    )
    const ended = expect(call).rejects.toThrow()
    await expect
      .poll(() => childrenOf(transport.pid!).length, { timeout: 20_000 })
      .toBeGreaterThan(0)
    const started = childrenOf(transport.pid!)
    controller.abort()
    await ended
    await expect.poll(() => started.filter(isAlive), { timeout: 20_000 }).toEqual([])
    const { pid } = transport
    await client.close()
    await expect.poll(() => isAlive(pid!), { timeout: 20_000 }).toBe(false)
  })
})

/** Processes of Node that a process has started, by the kernel. */
function childrenOf(pid: number): number[] {
  const tasks = join('/proc', String(pid), 'task', String(pid), 'children')
  if (!existsSync(tasks)) return []
  return readFileSync(tasks, 'utf8')
    .split(' ')
    .filter((child) => child !== '')
    .map(Number)
    .filter((child) => commandOf(child).includes('judge'))
}

function commandOf(pid: number): string {
  const path = join('/proc', String(pid), 'cmdline')
  return existsSync(path) ? readFileSync(path, 'utf8') : ''
}

function isAlive(pid: number): boolean {
  return commandOf(pid) !== ''
}
