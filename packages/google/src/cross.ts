import { crossMode, exactFields, type Fields, isFields, listOf } from '@cached-llm/core/adapter';
import { stream } from './stream.ts';

/** The known fields of a chunk. One with another field may mean more than is known here. */
const SAME = ['modelVersion', 'responseId', 'createTime'];
const CHUNK = [...SAME, 'candidates', 'usageMetadata'];
const CANDIDATE = ['content', 'finishReason', 'finishMessage', 'index'];
const PART = ['text', 'thought', 'thoughtSignature', 'functionCall'];
const CALL = ['id', 'name', 'args'];

function check(given: unknown): Fields {
  const chunk = exactFields(given, CHUNK);
  for (const candidate of listOf(chunk.candidates)) {
    const { content = {} } = exactFields(candidate, CANDIDATE);
    const parts = listOf(exactFields(content, ['role', 'parts']).parts);
    for (const part of parts) exactFields(exactFields(part, PART).functionCall ?? {}, CALL);
  }
  return chunk;
}

const hasOneValue = (chunks: readonly Fields[], name: string) =>
  new Set(chunks.map((chunk) => chunk[name])).size === 1;

/** A whole answer has the format of a chunk, so that one chunk may be an answer. Chunks of two answers are refused. */
function assemble(given: readonly unknown[]): Fields | undefined {
  const [only, ...others] = given;
  if (others.length === 0) return isFields(only) && stream.assemble(given) ? only : undefined;
  const chunks = given.map(check);
  const isOne = SAME.every((name) => hasOneValue(chunks, name));
  return isOne ? stream.assemble(chunks) : undefined;
}

/** Only for server-sent events: without them the method gives a list of chunks, which is not a stream. */
function plainUrl(url: URL): URL {
  const { pathname, searchParams } = url;
  if (!pathname.endsWith(':streamGenerateContent') || searchParams.get('alt') !== 'sse') return url;
  const plain = new URL(url);
  plain.pathname = pathname.replace(/:streamGenerateContent$/, ':generateContent');
  plain.searchParams.delete('alt');
  return plain;
}

/** Content. Of a stream only texts, thoughts and calls of functions, whose pieces are known to belong together. */
export const cross = crossMode({
  covers: ({ contents }) => contents !== undefined,
  ignore: [],
  plainUrl,
  assemble,
  disassemble: (response) => [response],
});
