import { types } from 'node:util';

type Part = (value: unknown) => unknown;

/** How one kind of value that JSON would lose is written and read. */
export interface ValueTag {
  readonly name: string;
  readonly matches: (value: unknown) => boolean;
  readonly write: (value: never, part: Part) => unknown;
  readonly read: (written: never, part: Part) => unknown;
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
    write: () => 0,
    read: () => undefined,
  },
  {
    name: 'number',
    matches: isUnwritable,
    write: (value: number) => (Object.is(value, -0) ? '-0' : String(value)),
    read: Number,
  },
  {
    name: 'bigint',
    matches: (value) => typeof value === 'bigint',
    write: String,
    read: BigInt,
  },
  {
    name: 'date',
    matches: types.isDate,
    write: (date: Date) => date.getTime(),
    read: (time: number | null) => new Date(time ?? Number.NaN),
  },
  {
    name: 'url',
    matches: (value) => value instanceof URL,
    write: (url: URL) => url.href,
    read: (href: string) => new URL(href),
  },
  {
    name: 'buffer',
    matches: Buffer.isBuffer,
    write: (buffer: Buffer) => buffer.toString('base64'),
    read: (text: string) => Buffer.from(text, 'base64'),
  },
  {
    name: 'bytes',
    matches: types.isUint8Array,
    write: (bytes: Uint8Array) => bytesOf(bytes).toString('base64'),
    read: (text: string) => new Uint8Array(Buffer.from(text, 'base64')),
  },
  {
    name: 'floats',
    matches: types.isFloat32Array,
    write: (floats: Float32Array) => bytesOf(floats).toString('base64'),
    read: (text: string) => new Float32Array(new Uint8Array(Buffer.from(text, 'base64')).buffer),
  },
  {
    name: 'map',
    matches: types.isMap,
    write: (map: Map<unknown, unknown>, part) => part([...map]),
    read: (written: unknown, part) => new Map(part(written) as [unknown, unknown][]), // as written
  },
  {
    name: 'set',
    matches: types.isSet,
    write: (set: Set<unknown>, part) => part([...set]),
    read: (written: unknown, part) => new Set(part(written) as unknown[]), // as written
  },
];
