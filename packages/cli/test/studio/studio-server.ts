import { execFileSync } from 'node:child_process';
import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { program } from '../program.ts';
import type { TestStore } from '../test-stores.ts';

/** The page as users get it. */
export function buildPage(): void {
  const build = fileURLToPath(new URL('../../../../.ci/build-page.mjs', import.meta.url));
  execFileSync(process.execPath, [build]);
}

/** A page that the program serves. */
export interface ServedPage {
  /** With the token. */
  readonly url: string;
  readonly origin: string;
  /** What the browser sends after it opened the address. */
  readonly cookie: string;
  /** The exit code of the program. */
  end(): Promise<number>;
}

/** The answer to a request that is sent as it is written: `fetch` would not send another Host or Origin. */
export async function ask(
  url: string,
  { method = 'GET', headers = {}, body = '' }: AskOptions = {},
) {
  const response = await new Promise<import('node:http').IncomingMessage>((resolve, reject) => {
    request(url, { method, headers }, resolve).once('error', reject).end(body);
  });
  return { status: response.statusCode, headers: response.headers, body: await text(response) };
}

interface AskOptions {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Serves the page over a store, in this process, until `end`. */
export async function servePage(testStore: TestStore, line = ''): Promise<ServedPage> {
  const ending = new AbortController();
  const printed: string[] = [];
  const { promise: url, resolve } = withResolvers<string>();
  const own = ['--store', testStore.url, '--namespace', testStore.namespace];
  const argv = ['studio', ...line.split(' ').filter(Boolean), ...own];
  const onPrint = (text: string) => {
    printed.push(text);
    const [found] = /http:\S+/.exec(printed.join('')) ?? [];
    if (found !== undefined) resolve(found);
  };
  const ended = program(argv, { signal: ending.signal, onPrint });
  const address = await Promise.race([
    url,
    ended.then(({ errors }) => Promise.reject(new Error(errors))),
  ]);
  const { headers } = await ask(address);
  return {
    url: address,
    origin: new URL(address).origin,
    cookie: headers['set-cookie']?.[0]?.split(';')[0] ?? '',
    async end() {
      ending.abort();
      return (await ended).code;
    },
  };
}

function withResolvers<Value>() {
  let resolve!: (value: Value) => void;
  const promise = new Promise<Value>((resolved) => (resolve = resolved));
  return { promise, resolve };
}
