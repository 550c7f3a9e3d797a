import {
  type Adapter,
  type AdmissionRules,
  isFields,
  judgeStream,
  type StreamWatcher,
  type Verdict,
} from '@cached-llm/core/adapter';
import { createParser } from 'eventsource-parser';

export type StreamFormat = 'sse' | 'ndjson';

/** A chunk as its adapter reads it: parsed where it is JSON, and the text itself where it is not (`[DONE]`). */
function chunkOf(data: string): unknown {
  try {
    return JSON.parse(data);
  } catch {
    return data;
  }
}

/** What stands in a stream. Whatever is neither an event nor a comment is torn: it is reported, and never dropped. */
interface Reader {
  onData(data: string): void;
  /** A line that is no part of any event, or the name of an event that says that the stream has failed. */
  onFault(fault: 'unreadable' | 'error'): void;
}

interface Parser {
  /** Takes texts, in whatever pieces they come. */
  feed(text: string): void;
  /** Reads what has no end yet as if it had one. Returns whether there was anything. */
  flush(): boolean;
}

function lineParser({ onData }: Reader): Parser {
  let rest = '';
  const feed = (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line.trim() !== '') onData(line);
  };
  return {
    feed,
    flush() {
      feed('\n'); // the last line may lack its end
      return false;
    },
  };
}

/** Every line end as LF. The parser waits for what follows a CR; a reader may leave at the event that the CR ends. */
function lineFeeds(): (text: string) => string {
  let isAfterReturn = false;
  return (text) => {
    const rest = isAfterReturn && text.startsWith('\n') ? text.slice(1) : text;
    isAfterReturn = text.endsWith('\r');
    return rest.replace(/\r\n?/g, '\n');
  };
}

function eventParser({ onData, onFault }: Reader): Parser {
  const parser = createParser({
    onEvent({ event, data }) {
      if (event === 'error') onFault('error');
      onData(data);
    },
    onError: ({ type }) => type !== 'invalid-retry' && onFault('unreadable'),
  });
  const withLineFeeds = lineFeeds();
  let rest = '';
  const feed = (text: string) => {
    const lines = withLineFeeds(text);
    rest = (rest + lines).split('\n\n').at(-1) ?? '';
    parser.feed(lines);
  };
  return {
    feed,
    flush() {
      const hasRest = rest.split('\n').some((line) => line.trim() !== '' && !line.startsWith(':'));
      if (hasRest) feed('\n\n');
      return hasRest;
    },
  };
}

const PARSERS = { sse: eventParser, ndjson: lineParser };

/** The chunks in the texts of a stream of events that was stored, hence whole. */
export function chunksIn(texts: readonly string[]): readonly unknown[] {
  const chunks: unknown[] = [];
  const onData = (data: string) => chunks.push(chunkOf(data));
  const { feed } = eventParser({ onData, onFault() {} });
  for (const text of texts) feed(text);
  return chunks;
}

export interface WatcherOptions {
  readonly format: StreamFormat;
  readonly rules: AdmissionRules & {
    readonly adapter: Pick<Adapter, 'stream' | 'streamsWhenAsked' | 'cross' | 'echoes'>;
  };
  readonly request: unknown;
}

/** Watches one stream. */
class TextWatcher implements StreamWatcher<string> {
  readonly #options: WatcherOptions;
  readonly #parser: Parser;
  readonly #chunks: unknown[] = [];
  #isFirst = true;
  #hasEnded = false;
  #hasTexts = false;
  #fault: 'unreadable' | 'error' | undefined;

  constructor(options: WatcherOptions) {
    this.#options = options;
    this.#parser = PARSERS[options.format]({
      onData: (data) => data.trim() !== '' && this.#observe(chunkOf(data)), // it may keep a connection open
      onFault: (fault) => (this.#fault ??= fault),
    });
  }

  observe(text: string): boolean {
    this.#parser.feed(this.#isFirst ? text.replace(/^\uFEFF/, '') : text);
    this.#isFirst = false;
    return this.#hasEnded;
  }

  verdict(): Verdict {
    const { rules, request } = this.#options;
    this.#readRest();
    if (this.#fault !== undefined) return { rejection: this.#fault };
    // A stream of plain texts is nothing that an SDK parses; a text among records is a record that was torn.
    if (this.#hasTexts && this.#chunks.some(isFields)) return { rejection: 'unreadable' };
    const isWhole = this.#hasEnded || rules.adapter.stream.endsSilently === true;
    return isWhole ? judgeStream(rules, this.#chunks, request) : { rejection: 'unfinished' };
  }

  #observe(chunk: unknown): void {
    const isEnd = this.#options.rules.adapter.stream.ends(chunk);
    this.#chunks.push(chunk);
    this.#hasEnded ||= isEnd;
    // Gateways send the marker of OpenAI after the end of any provider's stream.
    this.#hasTexts ||= !isEnd && !isFields(chunk) && chunk !== '[DONE]';
  }

  /** An event without its end is not an event (WHATWG HTML §9.2.6), except for a marker: SDKs read its line. */
  #readRest(): void {
    const { length } = this.#chunks;
    if (!this.#parser.flush()) return;
    const isMarker = this.#chunks.slice(length).every((chunk) => typeof chunk === 'string');
    if (!isMarker || !this.#hasEnded) this.#fault ??= 'unreadable';
  }
}

/** Reads a stream while it passes, looks for the provider's terminal marker, and judges the whole at its end. */
export const streamWatcher = (options: WatcherOptions): StreamWatcher<string> =>
  new TextWatcher(options);
