import type { ExchangeResponse } from '../wire-server/index.ts';
import { answerAsServerSentEvents, type RecordedAnswer } from './recorded-answers.ts';
import { type RecordedPair, toExchange } from './recorded-pairs.ts';

/** A recorded answer, and the request with which an application asks for it. */
export interface RecordedCase {
  readonly name: string;
  readonly url: string;
  /** The path with its query string. */
  readonly path: string;
  readonly request: object;
  readonly response: ExchangeResponse;
}

/** A case for a request that was recorded with its answer. */
export function pairCase(pair: RecordedPair): RecordedCase {
  const { path = '', response } = toExchange(pair);
  const request = pair.request as object; // every recorded request is one
  return { name: `${pair.provider} ${pair.source}`, url: pair.url, path, request, response };
}

/** A case for an answer that was recorded without its request: `ask` makes the request, streamed or not. */
export function answerCase(
  answer: RecordedAnswer,
  ask: (stream: boolean) => Pick<RecordedCase, 'path' | 'request'>,
): RecordedCase {
  const { provider, sub, name, kind } = answer;
  const asked = ask(kind === 'stream');
  return {
    name: [provider, sub, name, kind].filter((word) => word !== '').join(' '),
    url: asked.path,
    ...asked,
    response:
      kind === 'stream'
        ? { kind: 'sse', body: answerAsServerSentEvents(answer) }
        : { body: answer.json },
  };
}

/** Splits a recording of several answers: an event whose type matches `ending` ends each answer. */
export function oneByOne(answer: RecordedAnswer, ending: RegExp): readonly RecordedAnswer[] {
  if (answer.kind === 'json') return [answer];
  const isEnd = (event: unknown) => ending.test(String((event as { type?: string }).type)); // an object
  const ends = answer.events.flatMap((event, index) => (isEnd(event) ? [index + 1] : []));
  return ends.map((end, turn) => {
    const start = ends[turn - 1] ?? 0;
    const [lines, events] = [answer.lines.slice(start, end), answer.events.slice(start, end)];
    return { ...answer, name: `${answer.name} #${turn}`, lines, events };
  });
}

/** The names inside these fields are the user's own, and stay. */
const OWN = new Set(['parameters', 'arguments', 'schema']);

/** A request of the wire as an SDK takes it: `max_tokens` becomes `maxTokens`. */
export function camelCased(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(camelCased);
  if (typeof value !== 'object' || value === null) return value;
  const fields = Object.entries(value).map(([name, part]) => [
    name.replace(/_([a-z])/g, (_all, letter: string) => letter.toUpperCase()),
    OWN.has(name) ? part : camelCased(part),
  ]);
  return Object.fromEntries(fields);
}
