import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, sep } from 'node:path';
import { requiredFixture } from './recordings-folder.ts';

interface AnswerOrigin {
  /** The file's name without its ending. */
  readonly name: string;
  readonly provider: string;
  /** The folder below the provider, such as `responses`; empty for none. */
  readonly sub: string;
}

export interface RecordedStream extends AnswerOrigin {
  readonly kind: 'stream';
  /** The payload of each event, parsed. */
  readonly events: readonly unknown[];
  /** The same as recorded, byte for byte. */
  readonly lines: readonly string[];
}

/** A provider's real answer, whole or as a stream, without the request. */
export type RecordedAnswer =
  | RecordedStream
  | (AnswerOrigin & { readonly kind: 'json'; readonly json: unknown });

/**
 * The recorded answers of a provider, those of one `sub` folder or of all, sorted by path.
 * @throws LlmCacheError INVALID_OPTION without recordings of that provider.
 */
export function recordedAnswers(provider: string, sub?: string): readonly RecordedAnswer[] {
  const folder = requiredFixture('wire-vercel-ai', provider);
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
