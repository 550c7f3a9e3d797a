/** What a value says, so that equal values say the same and unequal ones do not. */
export interface CanonicalForm {
  /** JSON, with the names of each record in order, and a mark for each part that is not here. */
  readonly structure: string;
  /** Long texts as they are, in the order of their marks. */
  readonly long: readonly string[];
}

/** What comes before the long texts: nothing in JSON is a raw line feed. */
export function headOf({ structure, long }: CanonicalForm): string {
  return long.length === 0 ? structure : `${structure}\n`;
}

export function joined(form: CanonicalForm): string {
  return headOf(form) + form.long.join('');
}
