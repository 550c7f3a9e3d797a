export interface ServerSentEvent {
  /** The `event:` line. @default none */
  readonly event?: string;
  /** A string goes out as it is, anything else as JSON. */
  readonly data: unknown;
}

/** The text of an event stream, each event ended by an empty line. */
export function serverSentEvents(events: readonly ServerSentEvent[]): string {
  return events.map(eventText).join('');
}

/** A recorded event stream as its events, comments and line ends included: joined they are the text again. */
export function splitServerSentEvents(text: string): string[] {
  return text.match(/[\s\S]*?(?:\r\n\r\n|\n\n|\r\r)[\r\n]*|[\s\S]+$/g) ?? [];
}

function eventText({ event, data }: ServerSentEvent): string {
  const text = typeof data === 'string' ? data : JSON.stringify(data);
  const lines = text.split(/\r\n|\n|\r/).map((line) => `data: ${line}\n`);
  return `${event === undefined ? '' : `event: ${event}\n`}${lines.join('')}\n`;
}
