import { types } from 'node:util';
import { className, isExactly } from './class-name.ts';
import { digest } from './digest.ts';

type CanonicalText = (value: unknown) => string;

/** One rule a kind of value that JSON would lose: the text that stands for it, or no rule. */
export function specialText(value: object, text: CanonicalText): string | undefined {
  if (types.isDate(value)) return only('Date', value, () => `date:${value.getTime()}`);
  if (types.isMap(value)) return only('Map', value, () => `map:${sorted([...value].map(text))}`);
  if (types.isSet(value)) return only('Set', value, () => `set:${sorted([...value].map(text))}`);
  if (value instanceof URL) return only('URL', value, () => `url:${value.href}`);
  return types.isArrayBuffer(value) || ArrayBuffer.isView(value)
    ? bytesText(value)
    : jsonText(value, text);
}

function only(name: string, value: object, rule: () => string): string | undefined {
  return isExactly(value, name) ? rule() : undefined;
}

// Neither a map's nor a record's order is part of what it says.
function sorted(texts: readonly string[]): string {
  return JSON.stringify([...texts].sort());
}

const BYTES = new Set(['ArrayBuffer', 'DataView', 'Uint8Array', 'Buffer']);

/** The same bytes are the same, whatever view holds them; numbers of another width are another thing. */
function bytesText(value: ArrayBuffer | ArrayBufferView): string | undefined {
  const name = className(value);
  const isNumbers = types.isTypedArray(value) && value[Symbol.toStringTag] === name;
  if (!BYTES.has(name) && !isNumbers) return undefined;
  const bytes = ArrayBuffer.isView(value)
    ? new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
    : new Uint8Array(value);
  return `${BYTES.has(name) ? 'bytes' : name}:${bytes.byteLength}:${digest(bytes)}`;
}

/** A class that says how it reads as JSON: what the wire would carry. Its name keeps two classes apart. */
function jsonText(value: object, text: CanonicalText): string | undefined {
  if (!('toJSON' in value) || typeof value.toJSON !== 'function') return undefined;
  return `json:${className(value)}:${text(value.toJSON())}`;
}
