import { types } from 'node:util';
import { digest } from './digest.ts';

type CanonicalText = (value: unknown) => string;

/** One rule a kind of value that JSON would lose: the text that stands for it, or no rule. */
export function specialText(value: object, text: CanonicalText): string | undefined {
  if (types.isDate(value)) return `date:${value.getTime()}`;
  if (types.isMap(value)) return `map:${sorted([...value].map(text))}`;
  if (types.isSet(value)) return `set:${sorted([...value].map(text))}`;
  if (value instanceof URL) return `url:${value.href}`;
  return bytesText(value) ?? jsonText(value, text);
}

// Neither a map's nor a record's order is part of what it says.
function sorted(texts: readonly string[]): string {
  return JSON.stringify([...texts].sort());
}

/** The same bytes are the same, whatever view holds them; numbers of another width are another thing. */
function bytesText(value: object): string | undefined {
  if (types.isArrayBuffer(value)) return bytesText(new Uint8Array(value));
  if (!ArrayBuffer.isView(value)) return undefined;
  const isNumbers = types.isTypedArray(value) && !types.isUint8Array(value);
  const kind = isNumbers ? value[Symbol.toStringTag] : 'bytes';
  const bytes = new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  return `${kind}:${bytes.byteLength}:${digest(bytes)}`;
}

/** A class that says how it reads as JSON: what the wire would carry. Its name keeps two classes apart. */
function jsonText(value: object, text: CanonicalText): string | undefined {
  if (!('toJSON' in value) || typeof value.toJSON !== 'function') return undefined;
  return `json:${value.constructor.name}:${text(value.toJSON())}`;
}
