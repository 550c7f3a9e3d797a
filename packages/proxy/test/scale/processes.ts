import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { createRequire } from 'node:module';
import { text } from 'node:stream/consumers';
import { fileURLToPath, pathToFileURL } from 'node:url';

const PROGRAM = fileURLToPath(new URL('proxy-process.ts', import.meta.url));
const fromExamples = createRequire(new URL('../../../../examples/package.json', import.meta.url));
const TSX = pathToFileURL(fromExamples.resolve('tsx')).href;
const NODE = [process.execPath, '--conditions=@cached-llm/source', '--import', TSX, PROGRAM];

/** A proxy in its own process. */
export interface ProxyProcess {
  readonly url: string;
  /** Ends it as a service manager does. Resolves to its exit code. */
  terminate(): Promise<number | null>;
}

const running = new Set<ChildProcess>();

/** Ends what a test has left. */
export async function endProcesses(): Promise<void> {
  for (const child of running) {
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
}

export interface ProcessOptions {
  /** A command that runs it, with its arguments. @default none */
  readonly within?: readonly string[];
  /** Variables of its environment, besides those of this process. @default none */
  readonly variables?: Readonly<Record<string, string>>;
}

/** Starts a proxy. */
export async function startProcess(
  store: string,
  upstream: string,
  { within = [], variables = {} }: ProcessOptions = {},
): Promise<ProxyProcess & { readonly pid: number | undefined }> {
  const [program = '', ...given] = [...within, ...NODE, store, upstream];
  const env = { ...process.env, ...variables };
  const child = spawn(program, given, { stdio: ['ignore', 'pipe', 'inherit'], env });
  running.add(child);
  child.once('exit', () => running.delete(child));
  const ended = once(child, 'exit');
  const gone = ended.then(([code]) => Promise.reject(new Error(`It ended with ${code}.`)));
  gone.catch(() => {}); // it ends later, too
  const [line] = await Promise.race([once(child.stdout, 'data'), gone]);
  return {
    url: String(line).trim(),
    pid: child.pid,
    async terminate() {
      child.kill('SIGTERM');
      const [code] = await ended;
      return code;
    },
  };
}

/** What a call came to: a status and the outcome of the cache, or the code of a connection that failed. */
export interface Called {
  readonly result: number | string;
  readonly outcome?: string | undefined;
  readonly text?: string | undefined;
}

/** Connections stay open between two calls, as those of all SDKs do, and nothing is tried again. */
const agent = new Agent({ keepAlive: true, maxSockets: 64 });

/** Asks a question, and never throws. */
export function call(url: string, question: string, rest: object = {}): Promise<Called> {
  const body = JSON.stringify({
    model: 'm',
    messages: [{ role: 'user', content: question }],
    ...rest,
  });
  return new Promise((resolve) => {
    const sent = request(`${url}/openai/v1/chat/completions`, {
      method: 'POST',
      agent,
      headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
    });
    sent.on('error', ({ code = 'failed' }: NodeJS.ErrnoException) => resolve({ result: code }));
    sent.once('response', async (response) => {
      const outcome = String(response.headers['x-cached-llm']);
      const read = text(response).then(
        (all) => ({ result: response.statusCode ?? 0, outcome, text: all }),
        () => ({ result: 'cut' }),
      );
      resolve(await read);
    });
    sent.end(body);
  });
}

/** Ends the connections that calls have left open. */
export function endConnections(): void {
  agent.destroy();
}
