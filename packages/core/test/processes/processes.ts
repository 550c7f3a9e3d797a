import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';

const fromExamples = createRequire(new URL('../../../../examples/package.json', import.meta.url));

/** A provider that answers after `open`, and counts its calls. */
export async function startSlowProvider() {
  const waiting: (() => void)[] = [];
  const provider = { url: '', count: 0, isOpen: false, open, close };
  const server = createServer((_request, response) => {
    provider.count += 1;
    const answer = () => response.end(`answer ${provider.count}`);
    if (provider.isOpen) answer();
    else waiting.push(answer);
  });
  function open() {
    provider.isOpen = true;
    for (const answer of waiting) answer();
  }
  async function close() {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  }
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  // A server that listens on a port has this kind of address.
  provider.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return provider;
}

export interface Asking {
  readonly child: ChildProcess;
  /** Everything that the process has printed so far. */
  readonly printed: () => string;
  readonly ended: Promise<unknown>;
}

/** Starts a process that waits for `go` before it asks. */
export function startAsking(...parameters: string[]): Promise<Asking> {
  return startProcess('asking-process', ...parameters);
}

/** Starts a script of this folder, and waits until it prints that it is ready. */
export async function startProcess(name: string, ...parameters: string[]): Promise<Asking> {
  const script = fileURLToPath(new URL(`./${name}.ts`, import.meta.url));
  // The loader runs in the process itself, so that a signal reaches the holder of the lease and not a wrapper.
  const loader = fromExamples.resolve('tsx');
  const node = ['--import', loader, '--conditions=@cached-llm/source', script, ...parameters];
  const child = spawn(process.execPath, node, { stdio: ['pipe', 'pipe', 'inherit'] });
  let text = '';
  child.stdout.on('data', (chunk) => {
    text += chunk;
  });
  const ended = once(child, 'exit');
  while (!text.includes('ready')) await Promise.race([once(child.stdout, 'data'), ended]);
  return { child, printed: () => text, ended };
}

export function go({ child }: Asking): void {
  child.stdin?.write('go\n');
}

export function answersOf({ printed }: Asking): unknown {
  return JSON.parse(printed().split('\n')[1] ?? '[]');
}
