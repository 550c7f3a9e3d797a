import type { CacheEvents, EventName, LlmCache } from '@cached-llm/core';
import { type Attributes, trace } from '@opentelemetry/api';

/** What of an event stands on a span. Whose call it is, an instrumented SDK says by itself. Times are in milliseconds. */
const SHOWN = {
  key: 'key',
  age: 'age',
  waited: 'waited',
  took: 'took',
  isFallback: 'is_fallback',
  reason: 'reason',
  error: 'error',
  field: 'field',
  bytes: 'bytes',
} as const;

type Shown = { readonly [Name in keyof typeof SHOWN]?: string | number | boolean | undefined };

const NAMES = Object.entries(SHOWN) as [keyof typeof SHOWN, string][]; // the table has no other keys

const marksOf = (event: Shown): Attributes =>
  Object.fromEntries(NAMES.map(([name, mark]) => [`cached_llm.${mark}`, event[name]]));

const OUTCOMES = ['hit', 'stale', 'miss', 'collapsed', 'bypass'] as const;
const STEPS = ['stored', 'not-admitted', 'call-failed', 'volatile-field'] as const;

/** The span that was active where the request was made. One that has ended takes nothing more. */
function activeSpan() {
  const span = trace.getActiveSpan();
  return span?.isRecording() === true ? span : undefined;
}

/** Says on the active span what became of a request, and adds an event for each step. Returns how to stop. */
export function markSpans(cache: Pick<LlmCache, 'on'>): () => void {
  const mark = (name: EventName, event: Shown) => {
    activeSpan()?.addEvent(`cached_llm.${name}`, marksOf(event));
  };
  const stops = [
    ...OUTCOMES.map((outcome) =>
      cache.on(outcome, (event: CacheEvents[typeof outcome]) => {
        activeSpan()?.setAttributes({ 'cached_llm.outcome': outcome, ...marksOf(event) });
        mark(outcome, event);
      }),
    ),
    ...STEPS.map((step) => cache.on(step, (event: CacheEvents[typeof step]) => mark(step, event))),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}
