import { once } from 'node:events';
import { createServer, request as open } from 'node:http';
import { type AddressInfo, connect } from 'node:net';

/** A proxy of the network, as a company has one: it leads every name to this machine. */
export interface Network {
  readonly url: string;
  /** The first line of each request that it got, without its version, in their order. */
  readonly asked: readonly string[];
  close(): Promise<void>;
}

export interface NetworkOptions {
  /** What it wants as `proxy-authorization`. @default nothing */
  readonly credential?: string;
  /** What it answers to requests for a tunnel. @default 200, and a tunnel */
  readonly status?: number;
}

/** Starts a proxy of the network that opens tunnels, and takes whole URLs of plain HTTP. */
export async function startNetwork({ credential, status = 200 }: NetworkOptions = {}) {
  const asked: string[] = [];
  const isLetIn = (given: string | undefined) => credential === undefined || given === credential;
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    const { 'proxy-authorization': given, ...headers } = request.headers;
    if (!isLetIn(given)) return void response.writeHead(407).end();
    const { port, pathname, search } = new URL(request.url ?? '');
    const target = { host: '127.0.0.1', port, path: `${pathname}${search}` };
    const sent = open({ ...target, method: request.method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 0, answer.rawHeaders);
      answer.pipe(response);
    });
    sent.on('error', () => response.destroy());
    request.pipe(sent);
  });
  server.on('connect', ({ url = '', headers }, client) => {
    asked.push(`CONNECT ${url}`);
    const answered = isLetIn(headers['proxy-authorization']) ? status : 407;
    client.on('error', () => client.destroy());
    if (answered !== 200) return void client.end(`HTTP/1.1 ${answered} No\r\n\r\n`);
    const upstream = connect(Number(url.split(':').at(-1)), '127.0.0.1');
    upstream.on('error', () => client.destroy());
    client.on('close', () => upstream.destroy());
    upstream.once('connect', () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      client.pipe(upstream).pipe(client);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo; // it listens on a port
  return {
    url: `http://127.0.0.1:${port}`,
    asked,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  } satisfies Network;
}
