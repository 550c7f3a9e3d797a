import type { DeserializedData } from 'keyv';

/** Tells our texts from foreign ones under our prefix. */
const MARK = 'cached-llm ';

/** No expiry: the server keeps it, and by one clock. Nor is the text encoded as JSON once more. */
export function markText<Value>({ value }: DeserializedData<Value>): string {
  if (typeof value !== 'string')
    throw new TypeError(`This store keeps strings, not ${typeof value}.`);
  return MARK + value;
}

/** Nothing where the text is not ours; to Keyv that is an absent row. */
export function unmarkText(marked: string): { value: string } | undefined {
  return marked.startsWith(MARK) ? { value: marked.slice(MARK.length) } : undefined;
}
