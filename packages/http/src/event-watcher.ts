import { type Adapter, type Facts, judge, type Rules, type StreamWatcher } from '@cached-llm/core';
import { createParser } from 'eventsource-parser';

export type StreamFormat = 'sse' | 'ndjson';

export interface WatcherOptions {
  readonly format: StreamFormat;
  readonly rules: Rules & { readonly adapter: Pick<Adapter, 'stream'> };
  readonly request: unknown;
}

/** A chunk as its adapter reads it: parsed where it is JSON, as it is where not (`[DONE]`). */
function chunkOf(data: string): unknown {
  try {
    return JSON.parse(data);
  } catch {
    return data;
  }
}

function lineParser(onLine: (line: string) => void): (text: string) => void {
  let rest = '';
  return (text) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line.trim() !== '') onLine(line);
  };
}

/** The parser waits for what follows a CR; a reader does not, and may leave at the event that it ends. */
function lineFeeder(): (text: string) => string {
  let isInPair = false;
  return (text) => {
    const rest = isInPair && text.startsWith('\n') ? text.slice(1) : text;
    isInPair = text.endsWith('\r');
    return rest.replace(/\r\n?/g, '\n');
  };
}

function eventParser(onData: (data: string) => void): (text: string) => void {
  const parser = createParser({ onEvent: ({ data }) => onData(data) });
  const withLineFeeds = lineFeeder();
  return (text) => parser.feed(withLineFeeds(text));
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
    const parser = options.format === 'sse' ? eventParser : lineParser;
    this.#feed = parser((data) => this.#take(chunkOf(data)));
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
    const response = isWhole ? stream.assemble(this.#chunks) : undefined;
    return response === undefined ? { rejection: 'unfinished' } : judge(rules, response, request);
  }

  #take(chunk: unknown): void {
    this.#chunks.push(chunk);
    if (this.#options.rules.adapter.stream.ends(chunk)) this.#hasEnded = true;
  }
}
