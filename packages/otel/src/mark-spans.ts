import type { CacheEvents, EventName, LlmCache } from '@cached-llm/core';
import { type Attributes, trace } from '@opentelemetry/api';
import { OUTCOMES } from './event-recorder.ts';

/** What of an event stands on a span, under our own prefix; whose it is, an instrumented SDK says by itself. */
const SHOWN = ['key', 'age', 'waited', 'took', 'isFallback', 'reason', 'field', 'bytes'] as const;
type Shown = { readonly [Name in (typeof SHOWN)[number]]?: string | number | boolean | undefined };

function marksOf(event: Shown): Attributes {
  return Object.fromEntries(SHOWN.map((name) => [`cached_llm.${name}`, event[name]]));
}

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
    cache.on('stored', (event) => mark('stored', event)),
    cache.on('not-admitted', (event) => mark('not-admitted', event)),
    cache.on('volatile-field', (event) => mark('volatile-field', event)),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}
