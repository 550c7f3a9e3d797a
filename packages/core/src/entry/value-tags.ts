import { types } from 'node:util';
import { className, isExactlyClass } from '../key/index.ts';

/** Checks for what a store holds: a text that this package never wrote is no value. */
function refuse(): never {
  throw new SyntaxError('A stored value does not fit its tag.');
}

function readText(written: unknown, form = /^/): string {
  return typeof written === 'string' && form.test(written) ? written : refuse();
}

function readList(written: unknown): readonly unknown[] {
  return Array.isArray(written) ? written : refuse();
}

export function readPair(written: unknown): readonly [unknown, unknown] {
  const [first, second, ...rest] = readList(written);
  return rest.length === 0 ? [first, second] : refuse();
}

export function readRecord(written: unknown): object {
  const isRecord = typeof written === 'object' && written !== null && !Array.isArray(written);
  return isRecord ? written : refuse();
}

function readInstant(written: unknown): number {
  if (written === null) return Number.NaN; // as JSON has it
  return typeof written === 'number' ? written : refuse();
}

function readBytes(written: unknown): Buffer<ArrayBuffer> {
  const text = readText(written);
  const bytes = Buffer.from(text, 'base64');
  // Characters that are none of base64's are passed over in silence.
  return Math.ceil(bytes.length / 3) * 4 === text.length ? bytes : refuse();
}

type Part = (value: unknown) => unknown;

/** How one kind of value that JSON would lose is written and read. */
export interface ValueTag {
  readonly name: string;
  readonly matches: (value: unknown) => boolean;
  readonly write: (value: never, part: Part) => unknown;
  /** @throws for what `write` never writes. */
  readonly read: (written: unknown, part: Part) => unknown;
}

const bytesOf = (view: NodeJS.ArrayBufferView) =>
  Buffer.from(view.buffer, view.byteOffset, view.byteLength);

const isUnwritable = (value: unknown) =>
  typeof value === 'number' && (!Number.isFinite(value) || Object.is(value, -0));

/** The whole table: nothing else comes out of a store as anything but plain JSON. */
export const VALUE_TAGS: readonly ValueTag[] = [
  {
    name: 'undefined',
    matches: (value) => value === undefined,
    write: () => '',
    read: (written) => void readText(written, /^$/),
  },
  {
    name: 'number',
    matches: isUnwritable,
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
  {
    name: 'buffer',
    matches: Buffer.isBuffer,
    write: (buffer: Buffer) => buffer.toString('base64'),
    read: readBytes,
  },
  {
    name: 'bytes',
    matches: (value) => types.isUint8Array(value) && className(value) === 'Uint8Array',
    write: (bytes: Uint8Array) => bytesOf(bytes).toString('base64'),
    read: (written) => new Uint8Array(readBytes(written)),
  },
  {
    name: 'floats',
    matches: (value) => types.isFloat32Array(value) && className(value) === 'Float32Array',
    write: (floats: Float32Array) => bytesOf(floats).toString('base64'),
    read: (written) => new Float32Array(new Uint8Array(readBytes(written)).buffer),
  },
  {
    name: 'map',
    matches: (value) => types.isMap(value) && isExactlyClass(value, 'Map'),
    write: (map: Map<unknown, unknown>, part) => part([...map]),
    read: (written, part) => new Map(readList(part(written)).map(readPair)),
  },
  {
    name: 'set',
    matches: (value) => types.isSet(value) && isExactlyClass(value, 'Set'),
    write: (set: Set<unknown>, part) => part([...set]),
    read: (written, part) => new Set(readList(part(written))),
  },
];
