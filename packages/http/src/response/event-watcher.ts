import {
  type Adapter,
  type Facts,
  judgeStream,
  type Rules,
  type StreamWatcher,
} from '@cached-llm/core';
import { type StreamFormat, streamParser } from './stream-parser.ts';

export interface WatcherOptions {
  readonly format: StreamFormat;
  readonly rules: Rules & { readonly adapter: Pick<Adapter, 'stream' | 'cross'> };
  readonly request: unknown;
}

/** Reads along as a stream passes, whatever pieces it comes in. */
export class EventWatcher implements StreamWatcher<string> {
  readonly #options: WatcherOptions;
  readonly #chunks: unknown[] = [];
  readonly #feed: (text: string) => void;
  #isFirst = true;
  #hasEnded = false;

  constructor(options: WatcherOptions) {
    this.#options = options;
    this.#feed = streamParser(options.format, (chunk) => this.#take(chunk));
  }

  observe(text: string): boolean {
    this.#feed(this.#isFirst ? text.replace(/^\uFEFF/, '') : text);
    this.#isFirst = false;
    return this.#hasEnded;
  }

  verdict(): Facts {
    // The last line may lack its end; an event that does is none (WHATWG HTML §9.2.6).
    if (this.#options.format === 'ndjson') this.#feed('\n');
    const { rules, request } = this.#options;
    const { stream } = rules.adapter;
    const isWhole = this.#hasEnded || stream.endsSilently === true;
    return isWhole ? judgeStream(rules, this.#chunks, request) : { rejection: 'unfinished' };
  }

  #take(chunk: unknown): void {
    this.#chunks.push(chunk);
    if (this.#options.rules.adapter.stream.ends(chunk)) this.#hasEnded = true;
  }
}
