/** One event of a stream, as a server sends it. */
export interface ServerSentEvent {
  /** The `event:` line. @default none */
  readonly event?: string;
  /** A string is written as it is, anything else as JSON. */
  readonly data: unknown;
}

/** The text of an event stream, in which an empty line ends each event. */
export function serverSentEvents(events: readonly ServerSentEvent[]): string {
  return events.map(eventText).join('');
}

/** Splits an event stream after each event. Comments and line ends stay: joined, the events are the text again. */
export function splitServerSentEvents(text: string): string[] {
  return text.match(/[\s\S]*?(?:\r\n\r\n|\n\n|\r\r)[\r\n]*|[\s\S]+$/g) ?? [];
}

function eventText({ event, data }: ServerSentEvent): string {
  const text = typeof data === 'string' ? data : JSON.stringify(data);
  const lines = text.split(/\r\n|\n|\r/).map((line) => `data: ${line}\n`);
  return `${event === undefined ? '' : `event: ${event}\n`}${lines.join('')}\n`;
}
