import { type StoredEntry, visibleLines } from '@cached-llm/core/store';
import { formatDuration, jsonLine, jsonText } from '../terminal/index.ts';

/** The last instant that a `Date` can hold. */
const LAST_INSTANT = 8.64e15;

/** An instant in ISO 8601; undefined where it never comes. */
export function formatInstant(instant: number): string | undefined {
  return instant > LAST_INSTANT ? undefined : new Date(instant).toISOString();
}

/**
 * What may be shown of an entry: neither its answer nor its scope. It is copied field by field: over a million
 * entries, a spread takes half as much memory again.
 */
export function entryFacts({
  key,
  state,
  bytes,
  header,
}: StoredEntry): Readonly<Record<string, unknown>> {
  const { provider, model, kind, storedAt, freshUntil, tags = [], usage, took } = header;
  return {
    key,
    provider,
    model,
    state,
    kind,
    bytes,
    tags,
    usage,
    took: took === undefined ? undefined : Number(took.toFixed(3)), // milliseconds
    storedAt: new Date(storedAt).toISOString(),
    freshUntil: formatInstant(freshUntil),
  };
}

/** How long the entry stays fresh; undefined where it is not fresh any more. */
export function formatTimeLeft({ header, state }: StoredEntry, now: number): string | undefined {
  if (state !== 'fresh') return undefined;
  const { freshUntil } = header;
  return freshUntil >= Number.MAX_SAFE_INTEGER ? 'ever' : formatDuration(freshUntil - now);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** What a payload holds. Over HTTP, it is one line of JSON with status and headers, and the body below it. */
export function payloadValue(payload: string): unknown {
  const whole = parseJson(payload);
  if (whole !== undefined) return whole;
  const end = payload.indexOf('\n');
  if (end < 0) return payload;
  const body = payload.slice(end + 1);
  return { head: parseJson(payload.slice(0, end)), body: parseJson(body) ?? body };
}

/** A payload as people read it. */
export function payloadText(payload: string): string {
  const value = payloadValue(payload);
  return typeof value === 'string' ? visibleLines(value) : jsonText(value, 2);
}

/** An entry and its answer, as `import` reads it. */
export const exportLine = ({ key, header, payload }: StoredEntry): string =>
  jsonLine({ key, header, payload });
