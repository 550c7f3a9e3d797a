import type { IncomingMessage } from 'node:http';
import type { Transform } from 'node:stream';
import zlib, { constants } from 'node:zlib';
import type { ByteSource, LiveResponse } from '@cached-llm/http';
import { MessageParts, RawHeaders, responseHeaders } from '../forward/index.ts';

/** Each event of a stream is passed on when it has come: nothing is held back to be decoded with what follows. */
const FLUSHED = { flush: constants.Z_SYNC_FLUSH };

/** Node.js has it since 22.15, and its types here are older. */
const { createZstdDecompress } = zlib as { createZstdDecompress?: () => Transform };

/** What can be decoded, by the names of RFC 9110 §8.4.1. */
const DECODERS: Readonly<Record<string, (() => Transform) | undefined>> = {
  gzip: () => zlib.createGunzip(FLUSHED),
  'x-gzip': () => zlib.createGunzip(FLUSHED),
  deflate: () => zlib.createInflate(FLUSHED),
  br: () => zlib.createBrotliDecompress({ flush: constants.BROTLI_OPERATION_FLUSH }),
  zstd: createZstdDecompress,
};

const decoderFor = (name: string) => (Object.hasOwn(DECODERS, name) ? DECODERS[name] : undefined);

/** As much of a request's `accept-encoding` as can be decoded here. Undefined where nothing of it can be. */
export function decodableEncodings(accepted: string | undefined): string | undefined {
  const names = (accepted ?? '').split(',').map((each) => each.trim());
  const known = names.filter((each) => decoderFor(each.replace(/;.*$/, '').trim().toLowerCase()));
  return known.length === 0 ? undefined : known.join(', ');
}

/** The upstream answered in an encoding that nobody asked for, so that the answer can only pass through. */
export class UnreadableEncoding extends Error {
  override readonly name = 'UnreadableEncoding';
}

const FRAMING: ReadonlySet<string> = new Set(['content-encoding', 'content-length']);

function bodyOf(message: IncomingMessage): ByteSource {
  const encoding = (message.headers['content-encoding'] ?? 'identity').trim().toLowerCase();
  if (encoding === '' || encoding === 'identity') return new MessageParts(message);
  const decoder = decoderFor(encoding);
  if (decoder === undefined) throw new UnreadableEncoding('The encoding of an answer is unknown.');
  return new MessageParts(message, decoder());
}

/** The response of an upstream, decoded. @throws {UnreadableEncoding} */
export function upstreamResponse(message: IncomingMessage): LiveResponse {
  const { statusCode: status = 502, statusMessage: statusText = '', rawHeaders } = message;
  const headers = new RawHeaders(responseHeaders(rawHeaders, (name) => FRAMING.has(name)));
  const ok = status >= 200 && status < 300;
  return { status, statusText, ok, headers, body: bodyOf(message) };
}
