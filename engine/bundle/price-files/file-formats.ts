/** A format that is not text, recognized by its first bytes. */
export interface FileFormat {
  /** With its article: `a zip archive`. */
  readonly name: string
  readonly remedy: string
  matches(bytes: Buffer): boolean
}

const UNPACK = 'unpack it and give the file in it'
const EXPORT = 'export the prices as csv'
const WRONG = 'give a csv file'

/** The formats that are named instead of read. A further one is one line. */
const FORMATS: readonly FileFormat[] = [
  zipWith('an Excel workbook (xlsx)', ['xl/', '[Content_Types].xml'], 'save the sheet as csv'),
  zipWith('an OpenDocument sheet (ods)', ['opendocument'], 'save the sheet as csv'),
  startingWith('a zip archive', 'PK\x03\x04', UNPACK),
  startingWith('an empty zip archive', 'PK\x05\x06', WRONG),
  startingWith(
    'an Excel workbook (xls)',
    '\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1',
    'save the sheet as csv',
  ),
  startingWith('an encrypted Parquet file', 'PARE', 'decrypt it first'),
  startingWith('an SQLite database', 'SQLite format 3\0', EXPORT),
  startingWith('an Arrow (Feather) file', 'ARROW1', 'write it as Parquet or csv'),
  startingWith('a Feather file', 'FEA1', 'write it as Parquet or csv'),
  startingWith('an HDF5 file', '\x89HDF', EXPORT),
  startingWith('an Avro file', 'Obj\x01', EXPORT),
  startingWith('an ORC file', 'ORC', 'write it as Parquet or csv'),
  startingWith('a NumPy array', '\x93NUMPY', EXPORT),
  startingWith('a Python pickle', '\x80\x04\x95', EXPORT),
  startingWith('a Python pickle', '\x80\x05\x95', EXPORT),
  startingWith('a PDF document', '%PDF', EXPORT),
  startingWith('a rich text document', '{\\rtf', 'save it as plain text'),
  startingWith('a PNG image', '\x89PNG', WRONG),
  startingWith('a JPEG image', '\xff\xd8\xff', WRONG),
  startingWith('a GIF image', 'GIF8', WRONG),
  startingWith('a bzip2 archive', 'BZh', UNPACK),
  startingWith('an xz archive', '\xfd7zXZ\0', UNPACK),
  startingWith('a zstd archive', '\x28\xb5\x2f\xfd', UNPACK),
  startingWith('an lz4 archive', '\x04\x22\x4d\x18', UNPACK),
  startingWith('a 7z archive', '7z\xbc\xaf\x27\x1c', UNPACK),
  startingWith('a rar archive', 'Rar!', UNPACK),
  {
    name: 'a tar archive',
    remedy: UNPACK,
    matches: (bytes) => bytes.toString('latin1', 257, 262) === 'ustar',
  },
  startingWith('a program', '\x7fELF', WRONG),
  textLike(
    'a web page',
    /^\s*<(?:!doctype\s+html|html|head|body)\b/i,
    'download the csv file itself',
  ),
  textLike('an XML document', /^\s*<\?xml/i, EXPORT),
  textLike('a Git LFS pointer', /^version https:\/\/git-lfs/, 'fetch the file with: git lfs pull'),
  textLike('JSON', /^\s*(?:\{\s*["}]|\[\s*[[{"\]])/, EXPORT),
]

/** The format that these bytes have, where it is one that cannot be read as a table of text. */
export function foreignFormat(bytes: Buffer): FileFormat | undefined {
  return FORMATS.find((format) => format.matches(bytes))
}

/** Whether these bytes are packed by gzip. */
export function isGzip(bytes: Buffer): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b
}

/** Whether these bytes are a Parquet file. */
export function isParquet(bytes: Buffer): boolean {
  return bytes.toString('latin1', 0, 4) === 'PAR1'
}

function startingWith(name: string, magic: string, remedy: string): FileFormat {
  const first = Buffer.from(magic, 'latin1')
  return { name, remedy, matches: (bytes) => bytes.subarray(0, first.length).equals(first) }
}

function zipWith(name: string, parts: readonly string[], remedy: string): FileFormat {
  const matches = (bytes: Buffer) => {
    if (bytes.toString('latin1', 0, 4) !== 'PK\x03\x04') return false
    return parts.some((part) => bytes.subarray(0, 4096).includes(part))
  }
  return { name, remedy, matches }
}

/** In UTF-8; a byte order mark may come first. */
function textLike(name: string, pattern: RegExp, remedy: string): FileFormat {
  const matches = (bytes: Buffer) =>
    pattern.test(bytes.toString('utf8', 0, 512).replace(/^\uFEFF/, ''))
  return { name, remedy, matches }
}
