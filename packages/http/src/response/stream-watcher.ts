import {
  type Adapter,
  type AdmissionRules,
  judgeStream,
  type StreamWatcher,
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

function lineParser(onLine: (line: string) => void): (text: string) => void {
  let rest = '';
  return (text) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line.trim() !== '') onLine(line);
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

function eventParser(onData: (data: string) => void): (text: string) => void {
  const parser = createParser({ onEvent: ({ data }) => onData(data) });
  const withLineFeeds = lineFeeds();
  return (text) => parser.feed(withLineFeeds(text));
}

/** Takes texts, in whatever pieces they come, and gives each chunk in them to `onChunk`. */
export function streamParser(
  format: StreamFormat,
  onChunk: (chunk: unknown) => void,
): (text: string) => void {
  const parser = format === 'sse' ? eventParser : lineParser;
  return parser((data) => onChunk(chunkOf(data)));
}

export interface WatcherOptions {
  readonly format: StreamFormat;
  readonly rules: AdmissionRules & { readonly adapter: Pick<Adapter, 'stream' | 'cross'> };
  readonly request: unknown;
}

/** Reads a stream while it passes, looks for the provider's terminal marker, and judges the whole at its end. */
export function streamWatcher({ format, rules, request }: WatcherOptions): StreamWatcher<string> {
  const { stream } = rules.adapter;
  const chunks: unknown[] = [];
  let isFirst = true;
  let hasEnded = false;
  const feed = streamParser(format, (chunk) => {
    chunks.push(chunk);
    hasEnded ||= stream.ends(chunk);
  });
  return {
    observe(text) {
      feed(isFirst ? text.replace(/^\uFEFF/, '') : text);
      isFirst = false;
      return hasEnded;
    },
    verdict() {
      // The last line may lack its end. An event without its end is not an event (WHATWG HTML §9.2.6).
      if (format === 'ndjson') feed('\n');
      const isWhole = hasEnded || stream.endsSilently === true;
      return isWhole ? judgeStream(rules, chunks, request) : { rejection: 'unfinished' };
    },
  };
}
