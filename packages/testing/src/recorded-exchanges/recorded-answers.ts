import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, sep } from 'node:path';
import { LlmCacheError } from '@cached-llm/core';
import { serverSentEvents } from '../wire-server/index.ts';
import { requiredRecording } from './recordings-folder.ts';

interface AnswerOrigin {
  /** The name of the file without its ending. */
  readonly name: string;
  readonly provider: string;
  /** The folder below the provider's, such as `responses`; empty if there is none. */
  readonly sub: string;
}

/** A provider's real stream, without the request. */
export interface RecordedStream extends AnswerOrigin {
  readonly kind: 'stream';
  /** The payload of each event, parsed. */
  readonly events: readonly unknown[];
  /** The same payloads byte for byte. */
  readonly lines: readonly string[];
}

/** A provider's real answer, whole or as a stream, without the request. */
export type RecordedAnswer =
  | RecordedStream
  | (AnswerOrigin & { readonly kind: 'json'; readonly json: unknown });

/**
 * The recorded answers of a provider, of one `sub` folder or of all folders, sorted by path.
 * @throws LlmCacheError INVALID_OPTION if there are no recordings of that provider.
 */
export function recordedAnswers(provider: string, sub?: string): readonly RecordedAnswer[] {
  const folder = requiredRecording('wire-vercel-ai', provider);
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => /\.(json|chunks\.txt)$/.test(path))
    .sort()
    .map((path) => readAnswer(join(folder, path), originOf(provider, path)))
    .filter((answer) => sub === undefined || answer.sub === sub);
}

function originOf(provider: string, path: string): AnswerOrigin {
  const folder = dirname(path);
  return {
    provider,
    sub: folder === '.' ? '' : folder.split(sep).join('/'),
    name: basename(path).replace(/\.(json|chunks\.txt)$/, ''),
  };
}

function readAnswer(file: string, origin: AnswerOrigin): RecordedAnswer {
  const text = readFileSync(file, 'utf8');
  if (file.endsWith('.json')) return { ...origin, kind: 'json', json: JSON.parse(text) };
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return { ...origin, kind: 'stream', lines, events: lines.map((line) => JSON.parse(line)) };
}

/** How a provider frames its payloads: with `[DONE]` at the end, with an `event:` line each, or with neither. */
type Framing = 'with-done' | 'with-type' | 'bare';

const FRAMINGS: Readonly<Record<string, Framing>> = {
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
  const framing = FRAMINGS[answer.provider];
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
