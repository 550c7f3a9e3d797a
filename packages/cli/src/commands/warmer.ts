import { isFields } from '@cached-llm/core';
import type { Fetch } from '@cached-llm/http';
import type { NumberedLine } from '../input/lines.ts';
import { HttpFailure } from './http-failure.ts';
import type { WarmPlace } from './warm-flags.ts';

function at(baseUrl: string, path: string): string {
  return `${baseUrl.replace(/\/+$/, '')}/${path.replace(/^\/+/, '')}`;
}

/** The request that a line holds: a body as it is posted, or a line of OpenAI's batch files. @throws {Error} */
function requestIn(text: string, { baseUrl, path }: WarmPlace) {
  const line: unknown = JSON.parse(text);
  if (!isFields(line)) throw new Error('it is no request.');
  const { body, url } = line;
  if (!isFields(body) || typeof url !== 'string') return { url: at(baseUrl, path), body: text };
  return { url: at(baseUrl, url.replace(/^\/?v\d+\//, '')), body: JSON.stringify(body) };
}

function reasonOf(error: unknown): string {
  if (error instanceof SyntaxError) return 'it is no JSON.'; // its message quotes the line
  return error instanceof Error ? error.message : String(error);
}

/** Asks for one line after the other, and remembers what became of each. */
export class Warmer {
  readonly #fetch: Fetch;
  readonly #place: WarmPlace;
  readonly #signal: AbortSignal;
  readonly #failures = new Map<number, string>();
  readonly #outcomes = { known: 0, asked: 0, unkept: 0 };

  constructor(fetch: Fetch, place: WarmPlace, signal: AbortSignal) {
    this.#fetch = fetch;
    this.#place = place;
    this.#signal = signal;
  }

  /** Known is what was stored before; unkept what was answered, and is not stored. */
  get count() {
    return { ...this.#outcomes, failed: this.#failures.size };
  }

  /** What went wrong, line by line. */
  get failures(): readonly string[] {
    const failures = [...this.#failures].sort(([one], [other]) => one - other);
    return failures.map(([number, reason]) => `line ${number}: ${reason}`);
  }

  async ask({ number, text }: NumberedLine): Promise<Response> {
    try {
      const response = await this.#send(text);
      this.#failures.delete(number); // at another attempt
      return response;
    } catch (error) {
      this.#failures.set(number, reasonOf(error));
      throw error; // to be counted, and perhaps tried again
    }
  }

  notKept(reason: string): void {
    if (reason !== 'status') this.#outcomes.unkept += 1; // a failure, and told as one
  }

  async #send(text: string): Promise<Response> {
    const { headers } = this.#place;
    const { url, body } = requestIn(text, this.#place);
    const init = { method: 'POST', headers, body, signal: this.#signal };
    const response = await this.#fetch(url, init);
    await response.text(); // a stream is stored when it has been read
    if (!response.ok) throw new HttpFailure(response);
    const outcome = response.headers.get('x-cached-llm');
    this.#outcomes[outcome === 'hit' || outcome === 'stale' ? 'known' : 'asked'] += 1;
    return response;
  }
}
