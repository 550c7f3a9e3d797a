import { LlmCacheError } from '@cached-llm/core';
import { serverSentEvents } from '../wire-server/server-sent-events.ts';
import type { RecordedStream } from './recorded-answers.ts';

/** How a provider puts a payload on the wire: ended by `[DONE]`, under an `event:` line, or alone. */
type Framing = 'with-done' | 'with-type' | 'bare';

const framings: Readonly<Record<string, Framing>> = {
  alibaba: 'with-done',
  anthropic: 'with-type',
  azure: 'with-done',
  cohere: 'with-type',
  deepseek: 'with-done',
  google: 'bare',
  groq: 'with-done',
  mistral: 'with-done',
  moonshotai: 'with-done',
  'open-responses': 'with-type',
  openai: 'with-done',
  'openai-compatible': 'with-done',
  perplexity: 'with-done',
  xai: 'with-done',
};

/**
 * A recorded stream as the provider frames it on the wire.
 * @throws LlmCacheError INVALID_OPTION for a provider that does not speak server-sent events.
 */
export function answerAsServerSentEvents(answer: RecordedStream): string {
  const framing = framingOf(answer);
  const text = serverSentEvents(
    answer.lines.map((data, index) => ({
      data,
      ...(framing === 'with-type' && { event: typeOf(answer.events[index]) }),
    })),
  );
  return framing === 'with-done' ? text + serverSentEvents([{ data: '[DONE]' }]) : text;
}

function framingOf(answer: RecordedStream): Framing {
  // The Responses API ends with an event of its own and has no [DONE], whoever serves it.
  if (typeOf(answer.events[0]).startsWith('response.')) return 'with-type';
  const framing = framings[answer.provider];
  if (framing !== undefined) return framing;
  throw new LlmCacheError(
    'INVALID_OPTION',
    `${answer.provider} is not recorded as server-sent events; read answer.events instead.`,
  );
}

function typeOf(event: unknown): string {
  if (typeof event !== 'object' || event === null || !('type' in event)) return '';
  return String(event.type);
}
