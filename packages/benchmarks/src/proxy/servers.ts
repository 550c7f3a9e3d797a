import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { freePort, temporaryFolder } from '@cached-llm/testing';

/** The names of the contenders, as the tables have them. */
export const BARE = 'bare node:http and a Map';
export const PLAIN = 'plain undici reverse proxy';
export const OURS = 'cached-llm';
export const OTHER = 'llm-cache-proxy';

/** A running server. */
export interface RunningServer {
  readonly name: string;
  /** In place of the base URL of Anthropic's API. */
  readonly url: URL;
  /** By how many milliseconds its event loop was late, and its bytes in use. Only processes of our own know them. */
  lag(): Promise<number>;
  memory(): Promise<number>;
  stop(): Promise<void>;
}

/** The provider behind all of them. */
export interface Upstream {
  readonly url: string;
  /** How many requests it got since the last question. */
  count(): Promise<number>;
  stop(): Promise<void>;
}

const pathOf = (file: string) => fileURLToPath(new URL(file, import.meta.url));

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
}

/** What a child answers to a message is in its own file. */
async function asked<Answer>(child: ChildProcess, question: string): Promise<Answer> {
  child.send(question);
  const [answer] = await once(child, 'message');
  return answer;
}

export async function startUpstream(): Promise<Upstream> {
  const child = fork(pathOf('upstream-child.ts'));
  const [{ url }] = await once(child, 'message');
  return {
    url,
    count: async () => {
      const { count } = await asked<{ readonly count: number }>(child, 'count');
      return count;
    },
    stop: () => end(child),
  };
}

const KINDS = { [BARE]: 'bare', [PLAIN]: 'plain', [OURS]: 'ours' } as const;

/** Starts a server of `server-child.ts`. */
export async function startServer(
  name: keyof typeof KINDS,
  upstream: string,
): Promise<RunningServer> {
  const child = fork(pathOf('server-child.ts'), [KINDS[name], upstream]);
  const [{ url }] = await once(child, 'message');
  return {
    name,
    url: new URL(url),
    lag: () => asked<number>(child, 'lag'),
    memory: () => asked<number>(child, 'memory'),
    stop: () => end(child),
  };
}

/** The other proxy, as its package starts it, with a home of its own: it stores its answers there. */
export async function startOther(upstream: string): Promise<RunningServer> {
  const home = await temporaryFolder();
  const port = await freePort();
  const { hostname, port: upstreamPort } = new URL(upstream);
  const environment = {
    PATH: process.env.PATH,
    HOME: home.path,
    CACHE_PORT: String(port),
    CACHE_LOG_LEVEL: 'silent',
    CACHE_LOG_FILE: 'none',
    CACHE_UPSTREAM_HOST: hostname,
    CACHE_UPSTREAM_PORT: upstreamPort,
    CACHE_UPSTREAM_PROTO: 'http',
    ANTHROPIC_API_KEY_REAL: 'a-key-of-the-benchmark',
  };
  const file = fileURLToPath(import.meta.resolve('llm-cache-proxy'));
  const child = spawn(process.execPath, [file], { env: environment, stdio: 'inherit' });
  const url = new URL(`http://127.0.0.1:${port}`);
  await answering(new URL('/health', url));
  const stop = async () => {
    await end(child);
    await home.remove();
  };
  const unknown = () => Promise.reject(new Error(`${OTHER} has no such figures.`));
  return { name: OTHER, url, lag: unknown, memory: unknown, stop };
}

const PATIENCE = 200;

async function answering(url: URL): Promise<void> {
  for (let attempt = 0; attempt < PATIENCE; attempt += 1) {
    const isUp = await fetch(url).then(
      () => true,
      () => false,
    );
    if (isUp) return;
    await delay(50);
  }
  throw new Error(`${url} does not answer.`);
}
