import { appendFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readModuleSource } from '../../../../engine/execution/queue/module-source.js'
import { SharedFolder } from '../../../../engine/execution/queue/shared-folder.js'
import { plainBundleSource } from '../../../../engine/index.js'
import { scratch } from '../../bundle/bundle-cases.js'
import { MODULE, marketOf } from '../pool-cases.js'

const ID = `r${'0f'.repeat(32)}`

describe('the bundles of a shared folder', () => {
  it('are found by their version, and added once', async () => {
    const folder = new SharedFolder(await scratch())
    const market = await marketOf()
    const identity = await folder.addBundle(market)
    expect(await folder.addBundle(market)).toEqual(identity)
    const { version } = await plainBundleSource().open(await folder.bundle(identity))
    expect(version).toBe(identity.version)
  })

  it('leave no half of one behind if several are added at a time', async () => {
    const root = await scratch()
    const market = await marketOf()
    await Promise.all([1, 2, 3].map(() => new SharedFolder(root).addBundle(market)))
    expect(readdirSync(join(root, 'bundles'))).toHaveLength(1)
  })

  it('are refused if they are not there, or were changed', async () => {
    const root = await scratch()
    const folder = new SharedFolder(root)
    const identity = await folder.addBundle(await marketOf())
    const missing = { name: 'other', version: `sha256:${'ab'.repeat(32)}` }
    await expect(folder.bundle(missing)).rejects.toMatchObject({ code: 'bundle-missing' })
    for (const version of ['sha256:../../etc', '', 'sha256:'])
      await expect(folder.bundle({ ...missing, version })).rejects.toMatchObject({
        code: 'bundle-missing',
      })
    const directory = await folder.bundle(identity)
    const bars = join(directory, 'bars.parquet')
    const bytes = readFileSync(bars)
    bytes[bytes.length >> 1]! ^= 1
    writeFileSync(bars, bytes)
    await expect(folder.bundle(identity)).rejects.toMatchObject({ code: 'bundle-corrupt' })
  })
})

describe('the modules of a shared folder', () => {
  it('come back as they were', async () => {
    const folder = new SharedFolder(await scratch())
    const source = await readModuleSource(MODULE)
    await folder.addModule(source)
    await folder.addModule(source)
    expect(await folder.module(source)).toEqual(source)
  })

  it('are refused if they were changed, or a job names a path outside', async () => {
    const root = await scratch()
    const folder = new SharedFolder(root)
    const source = await readModuleSource(MODULE)
    await folder.addModule(source)
    const { digest } = source
    mkdirSync(join(root, 'modules', 'elsewhere'))
    writeFileSync(join(root, 'modules', 'elsewhere', 'evil.mjs'), '')
    for (const wanted of [
      { digest, entry: '../elsewhere/evil.mjs' },
      { digest, entry: `./${source.entry}` },
      { digest, entry: join(root, 'modules', 'elsewhere', 'evil.mjs') },
      { digest, entry: 'a/../../elsewhere/evil.mjs' },
      { digest: '../elsewhere', entry: 'evil.mjs' },
      { digest: 'ab'.repeat(32), entry: source.entry },
    ])
      await expect(folder.module(wanted)).rejects.toMatchObject({
        code: 'input-invalid',
        message: expect.stringContaining('is not in'),
      })
    appendFileSync(join(root, 'modules', digest, source.entry), '\n')
    await expect(folder.module(source)).rejects.toThrow('is not what was put there')
  })

  it('may not need packages, which are named', async () => {
    const root = await scratch()
    writeFileSync(join(root, 'mine.mjs'), `import pad from 'left-pad'`)
    const source = await readModuleSource(join(root, 'mine.mjs'))
    await expect(new SharedFolder(root).addModule(source)).rejects.toThrow(/left-pad.*--module/)
  })
})

describe('the results of a shared folder', () => {
  it('are read and removed by the digest of their job', async () => {
    const folder = new SharedFolder(await scratch())
    expect(await folder.readResult(ID)).toBeUndefined()
    await folder.writeResult(ID, Buffer.from('results'))
    await folder.writeResult(ID, Buffer.from('again'))
    expect(String(await folder.readResult(ID))).toBe('again')
    await folder.removeResult(ID)
    expect(await folder.readResult(ID)).toBeUndefined()
    await expect(folder.writeResult('../x', Buffer.from(''))).rejects.toThrow('digest')
  })

  it('name the folder if it cannot be written', async () => {
    const root = join(await scratch(), 'file')
    writeFileSync(root, '')
    await expect(new SharedFolder(root).writeResult(ID, Buffer.from(''))).rejects.toThrow(
      /the shared folder .*file cannot be written \(E/,
    )
  })
})
