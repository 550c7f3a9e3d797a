import { types } from 'node:util';
import { className, type Fields, isExactlyClass, isFields } from '../key/index.ts';

type ConvertPart = (value: unknown) => unknown;

/** How one kind of value that JSON would lose is written and read. */
export interface ValueTag {
  readonly name: string;
  readonly matches: (value: unknown) => boolean;
  /** The value as JSON holds it. `convert` does the same for the values inside. */
  readonly write: (value: never, convert: ConvertPart) => unknown;
  /** The value again. Throws for whatever `write` never writes, because anybody may have written the row. */
  readonly read: (written: unknown, convert: ConvertPart) => unknown;
}

function refuse(): never {
  throw new SyntaxError('A stored value does not fit its tag.');
}

function readText(written: unknown, pattern = /^/): string {
  return typeof written === 'string' && pattern.test(written) ? written : refuse();
}

function readList(written: unknown): readonly unknown[] {
  return Array.isArray(written) ? written : refuse();
}

/** @throws {SyntaxError} for what is no list of two. */
export function readPair(written: unknown): readonly [unknown, unknown] {
  const [first, second, ...rest] = readList(written);
  return rest.length === 0 ? [first, second] : refuse();
}

/** @throws {SyntaxError} for what is no record. */
export function readRecord(written: unknown): object {
  const isRecord = typeof written === 'object' && written !== null && !Array.isArray(written);
  return isRecord ? written : refuse();
}

/** Milliseconds since 1970. JSON has null for the NaN of an invalid date. */
function readInstant(written: unknown): number {
  if (written === null) return Number.NaN;
  return typeof written === 'number' ? written : refuse();
}

function readBytes(written: unknown): Buffer<ArrayBuffer> {
  const text = readText(written);
  const bytes = Buffer.from(text, 'base64'); // it skips foreign characters
  return Math.ceil(bytes.length / 3) * 4 === text.length ? bytes : refuse();
}

function writeBytes({ buffer, byteOffset, byteLength }: NodeJS.ArrayBufferView): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString('base64');
}

/** An instance of a class of an SDK, as its adapter writes it down: the name of the class, and plain fields. */
export class SdkInstance {
  readonly name: string;
  readonly fields: Fields;

  constructor(name: string, fields: Fields) {
    this.name = name;
    this.fields = fields;
  }
}

/** Every kind of value that a store gives back besides plain JSON. The names are stored, so they must not change. */
export const VALUE_TAGS: readonly ValueTag[] = [
  {
    name: 'undefined',
    matches: (value) => value === undefined,
    write: () => '',
    read: (written) => void readText(written, /^$/),
  },
  {
    name: 'number',
    matches: (value) =>
      typeof value === 'number' && (!Number.isFinite(value) || Object.is(value, -0)),
    write: (value: number) => (Object.is(value, -0) ? '-0' : String(value)),
    read: (written) => Number(readText(written, /^(NaN|-?Infinity|-0)$/)),
  },
  {
    name: 'bigint',
    matches: (value) => typeof value === 'bigint',
    write: String,
    read: (written) => BigInt(readText(written, /^-?\d+$/)),
  },
  {
    name: 'date',
    matches: (value) => types.isDate(value) && isExactlyClass(value, 'Date'),
    write: (date: Date) => date.getTime(),
    read: (written) => new Date(readInstant(written)),
  },
  {
    name: 'url',
    matches: (value) => value instanceof URL && isExactlyClass(value, 'URL'),
    write: (url: URL) => url.href,
    read: (written) => new URL(readText(written)),
  },
  { name: 'buffer', matches: Buffer.isBuffer, write: writeBytes, read: readBytes },
  {
    name: 'bytes',
    matches: (value) => types.isUint8Array(value) && className(value) === 'Uint8Array',
    write: writeBytes,
    read: (written) => new Uint8Array(readBytes(written)),
  },
  {
    name: 'floats',
    matches: (value) => types.isFloat32Array(value) && className(value) === 'Float32Array',
    write: writeBytes,
    read: (written) => new Float32Array(new Uint8Array(readBytes(written)).buffer),
  },
  {
    name: 'map',
    matches: (value) => types.isMap(value) && isExactlyClass(value, 'Map'),
    write: (map: Map<unknown, unknown>, convert) => convert([...map]),
    read: (written, convert) => new Map(readList(convert(written)).map(readPair)),
  },
  {
    name: 'set',
    matches: (value) => types.isSet(value) && isExactlyClass(value, 'Set'),
    write: (set: Set<unknown>, convert) => convert([...set]),
    read: (written, convert) => new Set(readList(convert(written))),
  },
  {
    name: 'instance',
    matches: (value) => value instanceof SdkInstance,
    write: ({ name, fields }: SdkInstance, convert) => convert([name, fields]),
    read(written, convert) {
      const [name, fields] = readPair(convert(written));
      return isFields(fields) ? new SdkInstance(readText(name), fields) : refuse();
    },
  },
];
