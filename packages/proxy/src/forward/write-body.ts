import type { ServerResponse } from 'node:http';

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

async function writeAll(chunks: AsyncIterable<Uint8Array>, response: ServerResponse) {
  for await (const chunk of chunks) {
    if (response.destroyed) return;
    if (!response.write(chunk)) await readiness(response);
  }
  response.end();
}

/**
 * Writes a body as it comes, no faster than the client reads. What fails half-way is cut, and the client sees that: the
 * bytes that have come are written, and the end of the body is not. This never rejects.
 */
export async function writeBody(
  chunks: AsyncIterable<Uint8Array>,
  response: ServerResponse,
): Promise<void> {
  try {
    await writeAll(chunks, response);
  } catch {
    response.socket?.destroySoon();
  }
}
