import { recordIds } from '../evidence/evidence-store.js'
import { unknownName } from '../text/nearest-name.js'

/**
 * The id of a record that is named by its id or number.
 *
 * @param root evidence root, absolute
 * @throws {InputError} no such record
 */
export function resolveRecord(root: string, name: string): string {
  const ids = recordIds(root)
  const byNumber = /^\d+$/.test(name)
    ? ids.find((candidate) => Number.parseInt(candidate, 10) === Number(name))
    : undefined
  const id = byNumber ?? ids.find((candidate) => candidate === name)
  if (id === undefined) throw unknownName('record', name, ids)
  return id
}
