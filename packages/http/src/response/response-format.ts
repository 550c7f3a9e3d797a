import type { StreamFormat } from './stream-parser.ts';

const FORMATS: readonly (readonly [RegExp, 'whole' | StreamFormat])[] = [
  [/^application\/(?:x-ndjson|ndjson|jsonl|x-jsonlines|stream\+json)$/, 'ndjson'],
  [/^application\/(?:[\w.+-]+\+)?json$/, 'whole'],
  [/^text\/event-stream$/, 'sse'],
];

/** How a body is taken in: JSON whole, as is any failure; nothing for what is only passed on. */
export function responseFormat({
  body,
  headers,
  ok,
}: Response): 'whole' | StreamFormat | undefined {
  if (body === null) return undefined;
  if (!ok) return 'whole';
  const [type = ''] = (headers.get('content-type') ?? '').split(';');
  return FORMATS.find(([pattern]) => pattern.test(type.trim().toLowerCase()))?.[1];
}
