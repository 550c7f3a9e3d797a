/** A field's name, or an index. */
export type Segment = string | number;

/** Thrown for a value that has no rule: such a call is a bypass, it never shares a key by accident. */
export class NotCanonical extends Error {
  override readonly name = 'NotCanonical';
  /** Where in the value: names of fields, never their contents. */
  readonly path: string;

  constructor(what: string, path: readonly Segment[]) {
    super(`${what} cannot be part of a key`);
    this.path = path.map(segmentText).join('').replace(/^\./, '');
  }
}

// The key of a dictionary may be a user's text, and this path is shown in events: a digit, a dash or a
// point may be part of an address, a number or a secret.
function segmentText(segment: Segment): string {
  if (typeof segment === 'number') return `[${segment}]`;
  return /^[A-Za-z_$]{1,30}$/.test(segment) ? `.${segment}` : '.…';
}
