import type { StreamFormat } from './event-watcher.ts';

const FORMATS: readonly (readonly [RegExp, 'json' | StreamFormat])[] = [
  [/^application\/(?:x-ndjson|ndjson|jsonl|x-jsonlines|stream\+json)$/, 'ndjson'],
  [/^application\/(?:[\w.+-]+\+)?json$/, 'json'],
  [/^text\/event-stream$/, 'sse'],
];

/** How a body is written, by its content type; nothing for what is neither JSON nor a stream of it. */
export function responseFormat(response: Response): 'json' | StreamFormat | undefined {
  const [type = ''] = (response.headers.get('content-type') ?? '').split(';');
  return FORMATS.find(([pattern]) => pattern.test(type.trim().toLowerCase()))?.[1];
}
