import type { ServerResponse } from 'node:http';
import type { Parts } from '@cached-llm/http';

/** Resolves when the client has read enough for more to be written, or has left. */
function readiness(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const settle = () => {
      response.off('drain', settle).off('close', settle);
      resolve();
    };
    response.once('drain', settle).once('close', settle);
  });
}

/** A body, and what is written behind it. */
export interface WrittenBody {
  readonly parts: Parts;
  /** Names and values of the trailers, once the body is over. Node.js writes them only behind a body in chunks. @default none */
  readonly trailers?: (() => [name: string, value: string][]) | undefined;
}

function end({ trailers }: WrittenBody, response: ServerResponse): void {
  if (trailers !== undefined) response.addTrailers(trailers());
  response.end();
}

async function writeAll(body: WrittenBody, response: ServerResponse): Promise<void> {
  for (;;) {
    const { done, value } = await body.parts.next();
    if (response.destroyed) return;
    if (done === true) return end(body, response);
    if (!response.write(value)) await readiness(response);
  }
}

/**
 * Writes a body as it comes, no faster than the client reads. Who sends it is stopped when the client leaves. What fails
 * half-way is cut, and the client sees that: the bytes that have come are written, and the end of the body is not. This
 * never rejects.
 */
export async function writeBody(body: WrittenBody, response: ServerResponse): Promise<void> {
  const stop = () => void body.parts.return().catch(() => {});
  response.once('close', stop);
  try {
    await writeAll(body, response);
  } catch {
    response.socket?.destroySoon();
  } finally {
    if (!response.destroyed) response.off('close', stop);
  }
}
