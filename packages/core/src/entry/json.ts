// What JSON.stringify writes never escapes a letter, so only a forged text spells a key this way.
const ESCAPED_LETTER = '\\u00';

function refusePrototype(key: string, value: unknown): unknown {
  if (key === '__proto__')
    throw new SyntaxError('A stored value has a key that names a prototype.');
  return value;
}

/** `JSON.parse` that never returns an object with an own `__proto__`. */
export function parseJson(text: string): unknown {
  const isSuspect = text.includes('__proto__') || text.includes(ESCAPED_LETTER);
  return isSuspect ? JSON.parse(text, refusePrototype) : JSON.parse(text);
}
