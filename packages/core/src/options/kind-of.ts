/** What a value is, in words for an error: never what it holds. */
export function kindOf(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(typeof value);
  return `an instance of ${value.constructor?.name ?? 'nothing'}`;
}
