/** Keys from `from` on and before `to`; a blob is after every text. */
export interface KeyRange {
  readonly from: string;
  readonly to: string | Uint8Array;
}

const LAST_CODE_POINT = 0x10ffff;
const AFTER_EVERY_TEXT = new Uint8Array([0xff]);

function next(codePoint: number): number {
  // Surrogates are no code points of a text.
  return codePoint === 0xd7ff ? 0xe000 : codePoint + 1;
}

/** Exactly the keys that start with `prefix`, in the order of their bytes, which is that of code points. */
export function rangeOf(prefix: string): KeyRange {
  const codePoints = [...prefix].map((character) => character.codePointAt(0) ?? 0);
  while (codePoints.at(-1) === LAST_CODE_POINT) codePoints.pop();
  const last = codePoints.pop();
  if (last === undefined) return { from: prefix, to: AFTER_EVERY_TEXT };
  return { from: prefix, to: String.fromCodePoint(...codePoints, next(last)) };
}
