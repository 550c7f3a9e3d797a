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

/** The upstream answered in an encoding that nobody asked for, or names one that it does not use: the answer passes through. */
export class UnreadableEncoding extends Error {
  override readonly name = 'UnreadableEncoding';
}

const FRAMING: ReadonlySet<string> = new Set(['content-encoding', 'content-length']);

/** The first bytes of a message, which stay in it. Undefined where it has none. @throws where it is cut before them */
function firstBytes(message: IncomingMessage): Promise<Buffer | undefined> {
  return new Promise((resolve, reject) => {
    message.once('data', (part: Buffer) => {
      message.pause();
      message.unshift(part);
      message.off('error', reject);
      resolve(part);
    });
    message.once('end', () => resolve(undefined));
    message.once('error', reject);
  });
}

/** Enough bytes to tell an encoding from anything else. */
const TRIED = 64;

/** May bytes that begin like this be decoded? Some servers, and gateways before them, name an encoding that they do not use. */
function isEncoded(bytes: Buffer, decoder: Transform): Promise<boolean> {
  return new Promise((resolve) => {
    decoder.once('error', () => resolve(false));
    decoder.write(bytes.subarray(0, TRIED), (error) => {
      resolve(!error);
      decoder.destroy();
    });
    decoder.resume();
  });
}

/** @throws {UnreadableEncoding} before a byte of the message is used */
async function bodyOf(message: IncomingMessage): Promise<ByteSource | null> {
  const encoding = (message.headers['content-encoding'] ?? 'identity').trim().toLowerCase();
  if (encoding === '' || encoding === 'identity') return new MessageParts(message);
  const decoder = decoderFor(encoding);
  if (decoder === undefined) throw new UnreadableEncoding('The encoding of an answer is unknown.');
  const first = await firstBytes(message);
  if (first === undefined) return null;
  if (await isEncoded(first, decoder())) return new MessageParts(message, decoder());
  throw new UnreadableEncoding('An answer is not encoded as its header says.');
}

/** The response of an upstream, decoded. @throws {UnreadableEncoding} */
export async function upstreamResponse(message: IncomingMessage): Promise<LiveResponse> {
  const { statusCode: status = 502, statusMessage: statusText = '', rawHeaders } = message;
  const headers = new RawHeaders(responseHeaders(rawHeaders, (name) => FRAMING.has(name)));
  const ok = status >= 200 && status < 300;
  return { status, statusText, ok, headers, body: await bodyOf(message) };
}
