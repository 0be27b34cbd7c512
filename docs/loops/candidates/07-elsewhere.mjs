import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** A cheat: another process does the work, where its CPU time is not looked for. */
export const name = 'elsewhere'

export function ranks(prices) {
  const text = execFileSync(process.execPath, [fileURLToPath(import.meta.url)], {
    input: JSON.stringify(prices),
    encoding: 'utf8',
  })
  return JSON.parse(text)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const chunks = []
  for await (const chunk of process.stdin) chunks.push(chunk)
  const prices = JSON.parse(Buffer.concat(chunks).toString('utf8'))
  const lower = (price) => prices.filter((other) => other < price).length
  process.stdout.write(JSON.stringify(prices.map(lower)))
}
