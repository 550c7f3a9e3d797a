import type { LlmCache } from '@cached-llm/core';
import { isFields } from '@cached-llm/core/adapter';
import { visibleText } from '@cached-llm/core/store';
import { cachedFetch, type Fetch } from '@cached-llm/http';
import {
  checkInput,
  count,
  countLines,
  defineCommand,
  duration,
  headerOption,
  type NumberedLine,
  namedAdapter,
  numberedLines,
  type OptionValues,
  requestHeaders,
  type Session,
  text,
  texts,
} from '../command-line/index.ts';
import { failureText, maskedUrl, withCache } from '../store/index.ts';
import { EXIT, formatQuantity, type Host, startProgress } from '../terminal/index.ts';

const BASE_URL = 'https://api.openai.com/v1';

const warmOptions = {
  baseUrl: text('<url>', `base URL of the API (or OPENAI_BASE_URL; default ${BASE_URL})`),
  path: text('<path>', 'path below the base URL (default chat/completions)'),
  adapter: text('<name>', 'adapter that makes the keys (default openai)'),
  concurrency: count('requests at the same time (default 4)'),
  header: headerOption,
  ttl: duration('how long the answers stay fresh'),
  tag: texts('<tag>', 'tag of the entries; may be repeated'),
} as const;

/** Where requests are sent, unless a line of a batch file has a path of its own. */
interface Endpoint {
  readonly baseUrl: string;
  readonly path: string;
  readonly headers: Headers;
}

function endpointOf(options: OptionValues<typeof warmOptions>, { environment }: Host): Endpoint {
  const { OPENAI_API_KEY: apiKey, OPENAI_BASE_URL: fromEnvironment } = environment;
  const { baseUrl = fromEnvironment ?? BASE_URL, path = 'chat/completions' } = options;
  const headers = requestHeaders(options.header);
  if (apiKey && !headers.has('authorization')) headers.set('authorization', `Bearer ${apiKey}`);
  return { baseUrl, path, headers };
}

function joined(baseUrl: string, path: string): string {
  return `${baseUrl.replace(/\/+$/, '')}/${path.replace(/^\/+/, '')}`;
}

/** The request in a line: the body itself, or a line of an OpenAI batch file. @throws {Error} */
function requestIn(line: string, { baseUrl, path }: Endpoint) {
  const value: unknown = JSON.parse(line);
  if (!isFields(value)) throw new Error('it is not a request.');
  const { body, url } = value;
  if (!isFields(body) || typeof url !== 'string') return { url: joined(baseUrl, path), body: line };
  return { url: joined(baseUrl, url.replace(/^\/?v\d+\//, '')), body: JSON.stringify(body) };
}

/** `cache.warm` reads the status to decide whether another attempt is worth it. */
class HttpFailure extends Error {
  override readonly name = 'HttpFailure';
  readonly status: number;

  constructor({ status, statusText }: Response) {
    super(`${status} ${statusText}`.trim());
    this.status = status;
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof SyntaxError) return 'it is not JSON.'; // its own message quotes the line
  if (error instanceof HttpFailure) return error.message;
  return failureText(error);
}

/** Sends one request after the other through the cache, and counts what became of each. */
class Warmer {
  readonly #fetch: Fetch;
  readonly #endpoint: Endpoint;
  readonly #signal: AbortSignal;
  readonly #failures = new Map<number, string>();
  readonly #counts = { sent: 0, alreadyStored: 0, notStored: 0 };

  constructor(fetch: Fetch, endpoint: Endpoint, signal: AbortSignal) {
    this.#fetch = fetch;
    this.#endpoint = endpoint;
    this.#signal = signal;
  }

  get counts() {
    return { ...this.#counts, failed: this.#failures.size };
  }

  /** Each line that failed, and why, in the order of the file. */
  get failures(): readonly string[] {
    const failures = [...this.#failures].sort(([one], [other]) => one - other);
    return failures.map(([number, reason]) => `line ${number}: ${reason}`);
  }

  /** @throws what the request failed with, so that `cache.warm` can try again */
  async send({ number, text }: NumberedLine): Promise<Response> {
    try {
      const response = await this.#post(text);
      this.#failures.delete(number); // of an earlier attempt
      return response;
    } catch (error) {
      this.#failures.set(number, reasonOf(error));
      throw error;
    }
  }

  countNotStored(reason: string): void {
    if (reason !== 'status') this.#counts.notStored += 1; // an error status is counted as a failure
  }

  async #post(line: string): Promise<Response> {
    const { headers } = this.#endpoint;
    const { url, body } = requestIn(line, this.#endpoint);
    const init = { method: 'POST', headers, body, signal: this.#signal };
    const response = await this.#fetch(url, init).catch((cause) => {
      if (this.#signal.aborted) throw cause;
      const address = maskedUrl(url.replace(/[?#].*$/, ''));
      throw new Error(`${address} cannot be reached: ${failureText(cause)}`, { cause });
    });
    await response.text(); // a stream is stored once it was read to its end
    if (!response.ok) throw new HttpFailure(response);
    const outcome = response.headers.get('x-cached-llm');
    this.#counts[outcome === 'hit' || outcome === 'stale' ? 'alreadyStored' : 'sent'] += 1;
    return response;
  }
}

interface Work {
  readonly cache: LlmCache;
  readonly warmer: Warmer;
  readonly path: string;
  readonly concurrency: number;
}

async function sendAll({ host }: Session, { cache, warmer, path, concurrency }: Work) {
  cache.on('not-admitted', ({ reason }) => warmer.countNotStored(reason));
  const total = await countLines(path, host);
  const bar = startProgress(host, { label: 'sent', total });
  const onProgress = () => bar.advance(1);
  const options = { concurrency, signal: host.signal, onProgress };
  try {
    await cache.warm(numberedLines(path, host), (line) => warmer.send(line), options);
  } finally {
    bar.end();
  }
}

export const warm = defineCommand({
  name: 'warm',
  summary: 'Store the answers to the requests of a file.',
  positionals: ['<file>'],
  options: warmOptions,
  notes:
    'Each line is the body of a request, or a line of an OpenAI batch file. A request whose answer is already stored is not sent: run the command again to continue. The API key is read from OPENAI_API_KEY.',
  async run({ session, positionals: [path = '-'], options }) {
    const { host, output } = session;
    const { concurrency = 4, ttl, tag: tags, adapter: name = 'openai' } = options;
    const endpoint = endpointOf(options, host);
    const adapter = await namedAdapter(name);
    await checkInput(path);
    return withCache(session, 'may-create', async ({ cache }) => {
      const fetch = cachedFetch({ cache, adapter, ttl, tags });
      const warmer = new Warmer(fetch, endpoint, host.signal);
      await sendAll(session, { cache, warmer, path, concurrency });
      for (const line of warmer.failures) host.stderr.write(`${visibleText(line)}\n`);
      const { sent, alreadyStored, failed, notStored } = warmer.counts;
      await output.print(warmer.counts, () => {
        const first = `Sent ${formatQuantity(sent, 'request')}. Already stored: ${alreadyStored}`;
        return `${first}. Failed: ${failed}. Answered but not stored: ${notStored}.`;
      });
      return failed === 0 ? EXIT.ok : EXIT.failed;
    });
  },
});
