import { afterEach } from '@jest/globals';
import type { WireServerOptions } from '../../src/wire-server/wire-server.ts';
import { startWireServer, type WireServer } from '../../src/wire-server/wire-server.ts';

/** Starts servers for the tests of one file and closes each after its test. */
export function withServers(): (options: WireServerOptions) => Promise<WireServer> {
  const started: WireServer[] = [];
  afterEach(async () => {
    await Promise.all(started.splice(0).map((server) => server.close()));
  });
  return async (options) => {
    const server = await startWireServer(options);
    started.push(server);
    return server;
  };
}

export function post(url: string, body: unknown, init: RequestInit = {}): Promise<Response> {
  return fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    ...init,
  });
}

/** The chunks of a body as the client received them, and the error that ended it, if there was one. */
export async function chunksOf(response: Response): Promise<{ chunks: string[]; error?: unknown }> {
  const chunks: string[] = [];
  try {
    // Node's ReadableStream is async iterable, which the type of fetch's body does not say.
    for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>)
      chunks.push(Buffer.from(chunk).toString('latin1'));
    return { chunks };
  } catch (error) {
    return { chunks, error };
  }
}
