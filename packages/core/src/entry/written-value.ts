/** Checks for what a store holds: a text that this package never wrote is no value. */
function refuse(): never {
  throw new SyntaxError('A stored value does not fit its tag.');
}

export function writtenText(written: unknown, form = /^/): string {
  return typeof written === 'string' && form.test(written) ? written : refuse();
}

export function writtenList(written: unknown): readonly unknown[] {
  return Array.isArray(written) ? written : refuse();
}

export function writtenPair(written: unknown): readonly [unknown, unknown] {
  const [first, second, ...rest] = writtenList(written);
  return rest.length === 0 ? [first, second] : refuse();
}

export function writtenRecord(written: unknown): object {
  const isRecord = typeof written === 'object' && written !== null && !Array.isArray(written);
  return isRecord ? written : refuse();
}

export function writtenInstant(written: unknown): number {
  if (written === null) return Number.NaN; // as JSON has it
  return typeof written === 'number' ? written : refuse();
}

export function writtenBytes(written: unknown): Buffer<ArrayBuffer> {
  const text = writtenText(written);
  const bytes = Buffer.from(text, 'base64');
  // Characters that are none of base64's are passed over in silence.
  return Math.ceil(bytes.length / 3) * 4 === text.length ? bytes : refuse();
}
