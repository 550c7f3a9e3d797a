import type { ServerResponse } from 'node:http';
import type { ByteSource, Content, Parts, TransportAnswer } from '@cached-llm/http';
import { RawHeaders, writeBody } from '../forward/index.ts';

/** Names and values in turn, as Node.js writes them without a look at each. */
function headersOf({ headers, outcome, info }: TransportAnswer): string[] {
  const list = headers instanceof RawHeaders ? [...headers.raw] : pairsOf(headers);
  list.push('x-cached-llm', outcome);
  if (info?.key !== undefined) list.push('x-cached-llm-key', info.key);
  if (isStored(outcome)) list.push('age', String(Math.round((info?.age ?? 0) / 1000))); // RFC 9111 §5.1
  return list;
}

const isStored = (outcome: string) => outcome === 'hit' || outcome === 'stale';

function pairsOf(headers: Exclude<TransportAnswer['headers'], RawHeaders>): string[] {
  const list: string[] = [];
  const pairs = Symbol.iterator in headers ? headers : Object.entries(headers);
  for (const [name, value] of pairs) if (!OURS.has(name)) list.push(name, value);
  return list;
}

/** What the answer to a batch has among its headers already. */
const OURS: ReadonlySet<string> = new Set(['x-cached-llm', 'age']);

/** A body that is there as a whole. Undefined for one that comes part by part. */
function wholeOf(content: Content | ByteSource | null): string | Uint8Array | undefined {
  if (content === null) return '';
  if (Array.isArray(content)) return content.join('');
  return typeof content === 'string' || content instanceof Uint8Array ? content : undefined;
}

/** What comes part by part, whether it is recorded or passed on. */
function partsOf(content: Content | ByteSource | null): Parts {
  if (content === null || !('getReader' in (content as object))) return content as Parts; // `wholeOf` had all else
  const reader = (content as ByteSource).getReader(); // it has one
  return {
    next: async () => {
      const { done, value } = await reader.read();
      return done === true || value === undefined
        ? { done: true, value: undefined }
        : { done: false, value };
    },
    return: async () => {
      await reader.cancel();
      return { done: true, value: undefined };
    },
  };
}

/** Statuses whose responses have no body, and no length of one (RFC 9110 §8.6). */
const isEmpty = (status: number) => status === 204 || status === 304;

/** Writes an answer: at once if all of it is there, and else part by part, no faster than the client reads. */
export function writeAnswer(
  answer: TransportAnswer,
  response: ServerResponse,
): void | Promise<void> {
  const { status, statusText, content } = answer;
  const headers = headersOf(answer);
  const whole = wholeOf(content);
  if (whole === undefined) {
    response.writeHead(status, statusText, headers);
    response.flushHeaders();
    return writeBody({ parts: partsOf(content) }, response);
  }
  const length = Buffer.byteLength(whole);
  if (!isEmpty(status)) headers.push('content-length', String(length));
  response.writeHead(status, statusText, headers);
  // A text of ASCII alone is the same bytes in both encodings, and to write them takes less than to encode characters.
  response.end(whole, length === whole.length ? 'latin1' : 'utf8');
}
