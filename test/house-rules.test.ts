import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import ts from 'typescript'
import { describe, expect, it } from 'vitest'

/** Rules of CONTRIBUTING.md that Biome does not check. */

const COLUMNS = 100

/**
 * Words the project does not use: pronouns for an unnamed person, verbs of speech for data and
 * code, and "X is no Y". "There is no X", "no longer" and "no slower" are ordinary English.
 */
const BANNED = [
  /\b(?:whoever|nobody|somebody|no ?one)\b/i,
  /\b(?:computes?|computing) something else\b/i,
  /\b(?:tells|told|telling|knows)\b/i,
  /\btell an?\b/i,
  /\bask(?:s|ed)? for\b/i,
  /\b(?:file|data|record|host|kernel|page|profile|table|line|plan|text|message|it|which|what) says?\b/i,
  /(?<!\bthere )\b(?:is|are|was|were) no (?!longer|more|less|fewer|such|need|slower|faster|larger)\w+/i,
]

const MOCKS = /\bvi\.(?:mock|fn)\b|\bspyOn\b/

const ROOMS = /^(?:engine|harness|scenarios)\//
const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
  encoding: 'utf8',
})
  .trim()
  .split('\n')
/** What people write; golden files, records and what is generated keep their words. */
const written = files.filter(
  (file) =>
    /\.(?:ts|mjs|js|md|hbs)$/.test(file) &&
    /^(?:engine|harness|scenarios|test|docs)\/|^[^/]+$/.test(file) &&
    !/^test\/golden\/|^docs\/characteristics\/|^test\/house-rules/.test(file),
)
const code = written.filter((file) => /\.(?:ts|mjs|js)$/.test(file))
const sources = code.filter((file) => ROOMS.test(file) && file.endsWith('.ts'))

describe('every file', () => {
  it('is found', () => {
    expect(sources.length).toBeGreaterThan(100)
    expect(code.length).toBeGreaterThan(sources.length + 100)
    expect(written.filter((file) => file.endsWith('.md')).length).toBeGreaterThan(10)
  })

  it('is written in plain English', () => {
    expect(written.flatMap((file) => linesWhere(file, (line) => banned(line)))).toEqual([])
  })

  it(`is at most ${COLUMNS} columns wide, except where a literal cannot be broken`, () => {
    expect(code.flatMap((file) => wideLines(file))).toEqual([])
  })
})

describe('the tests', () => {
  it('replace no code by mocks', () => {
    const tests = code.filter((file) => file.startsWith('test/'))
    expect(tests.flatMap((file) => linesWhere(file, (line) => MOCKS.test(line)))).toEqual([])
  })
})

describe('the code', () => {
  it('documents every exported function', () => {
    expect(sources.flatMap((file) => undocumentedFunctions(file))).toEqual([])
  })
})

describe('the rules themselves', () => {
  it.each([
    'whoever reads it',
    'it is no test',
    'the file says so',
    'a layer that computes something else',
    'asks for more',
    'the host tells',
  ])('find "%s"', (line) => {
    expect(banned(line)).toBe(true)
  })

  it.each([
    'it is no longer there',
    'where there is no file',
    'a head that is no slower',
    'a user asks',
    'who says so',
    'nothing is known',
  ])('pass "%s"', (line) => {
    expect(banned(line)).toBe(false)
  })

  it('find a wide comment and a wide expression, and pass a wide literal', () => {
    const wide = 'x'.repeat(COLUMNS)
    expect(wideLines('a.ts', `// ${wide}\nconst a = ${wide}\nconst b = '${wide}'`)).toEqual([
      'a.ts:1',
      'a.ts:2',
    ])
  })

  it('find an exported function without a comment', () => {
    const text = [
      '/** Documented. */\nexport function a() {}',
      'export function b() {}',
      'export const c = () => 1',
      '/** Documented. */\nexport const d = function () {}',
      'function e() {}',
    ].join('\n')
    expect(undocumentedFunctions('a.ts', text)).toEqual(['a.ts:3 b', 'a.ts:4 c'])
  })
})

function banned(line: string): boolean {
  return BANNED.some((words) => words.test(line))
}

function linesWhere(file: string, holds: (line: string) => boolean): string[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .flatMap((line, index) => (holds(line) ? [`${file}:${index + 1} ${line.trim()}`] : []))
}

/** Lines beyond the width on which no string, template or regular expression stands. */
function wideLines(file: string, text = readFileSync(file, 'utf8')): string[] {
  const wide = text
    .split('\n')
    .flatMap((line, index) => ([...line].length > COLUMNS ? [index + 1] : []))
  if (wide.length === 0) return []
  const source = parse(file, text)
  const literals = new Set<number>()
  const visit = (node: ts.Node): void => {
    if (ts.isLiteralExpression(node) || ts.isTemplateExpression(node)) {
      const last = lineOf(source, node.getEnd())
      for (let line = lineOf(source, node.getStart(source)); line <= last; line++)
        literals.add(line)
    }
    node.forEachChild(visit)
  }
  visit(source)
  return wide.filter((line) => !literals.has(line)).map((line) => `${file}:${line}`)
}

function undocumentedFunctions(file: string, text = readFileSync(file, 'utf8')): string[] {
  const source = parse(file, text)
  return source.statements
    .filter(
      (statement) => isExported(statement) && ts.getJSDocCommentsAndTags(statement).length === 0,
    )
    .flatMap((statement) =>
      namesOfFunctions(statement).map(
        (name) => `${file}:${lineOf(source, statement.getStart(source))} ${name}`,
      ),
    )
}

/** The functions a statement declares, also as constants. */
function namesOfFunctions(statement: ts.Statement): string[] {
  if (ts.isFunctionDeclaration(statement)) return [statement.name?.text ?? 'default']
  if (!ts.isVariableStatement(statement)) return []
  return statement.declarationList.declarations
    .filter(
      ({ initializer }) =>
        initializer !== undefined &&
        (ts.isArrowFunction(initializer) || ts.isFunctionExpression(initializer)),
    )
    .map(({ name }) => name.getText())
}

function isExported(node: ts.Statement): boolean {
  const modifiers = ts.canHaveModifiers(node) ? (ts.getModifiers(node) ?? []) : []
  return modifiers.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)
}

function parse(file: string, text: string): ts.SourceFile {
  return ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true)
}

function lineOf(source: ts.SourceFile, position: number): number {
  return source.getLineAndCharacterOfPosition(position).line + 1
}
