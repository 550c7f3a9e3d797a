import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Exchange, NotCalled } from '../forward/index.ts';
import { type Refusal, refuse } from './refuse.ts';

/** Where a server listens, and who serves its requests. */
export interface ServerPlan {
  readonly port: number;
  readonly host: string;
  serve(exchange: Exchange): Promise<void>;
}

/** No SDK tries again after this status, and none reads another meaning into it. */
const NOT_CALLED = { status: 406, code: 'not_recorded' };

const failure = (error: unknown): Refusal => {
  if (error instanceof NotCalled) return { ...NOT_CALLED, message: error.message };
  const { code = 'no answer' } = error as NodeJS.ErrnoException; // an error of Node.js has a code
  return {
    status: 502,
    code: 'upstream_unreachable',
    message: `The upstream cannot be reached (${code}).`,
  };
};

/** Starts a server, and resolves when it listens. */
export async function startServer({ port, host, serve }: ServerPlan): Promise<Server> {
  const server = createServer((request, response) => {
    serve({ request, response }).catch((error) => refuse(response, failure(error)));
  });
  server.listen(port, host);
  await once(server, 'listening');
  return server;
}

/** The address of a server, as a client writes it. */
export function urlOf(server: Server): string {
  const { address, port, family } = server.address() as AddressInfo; // it listens on a port
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
}
