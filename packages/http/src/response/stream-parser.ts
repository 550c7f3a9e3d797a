import { createParser } from 'eventsource-parser';

export type StreamFormat = 'sse' | 'ndjson';

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

/** Reads texts, in whatever pieces they come, and gives each chunk that is in them. */
export function streamParser(
  format: StreamFormat,
  onChunk: (chunk: unknown) => void,
): (text: string) => void {
  const parser = format === 'sse' ? eventParser : lineParser;
  return parser((data) => onChunk(chunkOf(data)));
}
