import { visibleText } from '@cached-llm/core/store';
import type { ProxiedCall } from './call-facts.ts';

/** A line that has more of a name is no line any more. */
const LONGEST_NAME = 60;

/** A name that a caller wrote, without what nobody sees, and not longer than a name is. */
function nameOf(text: string | undefined): string | undefined {
  if (text === undefined || text.length <= LONGEST_NAME) return text;
  const half = /[\ud800-\udbff]$/; // no half of a character stays at the end
  return `${text.slice(0, LONGEST_NAME - 1).replace(half, '')}…`;
}

const rounded = (milliseconds: number) => Number(milliseconds.toFixed(milliseconds < 10 ? 1 : 0));

/**
 * A call as a line of JSON, for a log that programs read. What is unknown is left out. `saved` is in US dollars.
 *
 * @param at when the call ended, in milliseconds since 1970
 */
export function accessLine(call: ProxiedCall, at: number): string {
  const { route, model, outcome, status, ms, tokens, saved } = call;
  const line = {
    time: new Date(at).toISOString(),
    route,
    model: nameOf(model),
    outcome,
    status,
    ms: rounded(ms),
    tokens,
    saved,
  };
  return visibleText(JSON.stringify(line)); // in JSON, an escape is the character that it stands for
}

const COLOURS: Readonly<Record<string, number>> = {
  hit: 32,
  collapsed: 32,
  stale: 33,
  miss: 36,
  refused: 31,
  'replay-miss': 31,
};
const RED = 31;

const painted = (text: string, colour: number | undefined) =>
  colour === undefined ? text : `\u001b[${colour}m${text}\u001b[39m`;

const dollars = (saved: number) =>
  `$${saved.toFixed(saved !== 0 && Math.abs(saved) < 0.01 ? 6 : 2)} saved`;

export interface LineStyle {
  /** For a terminal that shows colours. @default false */
  readonly isColoured?: boolean | undefined;
}

/** A call as a line for a person: outcome, route, model, status of a failure, milliseconds, tokens, and money saved. */
export function liveLine(call: ProxiedCall, { isColoured = false }: LineStyle = {}): string {
  const { route = '-', model, outcome, status, ms, tokens, saved } = call;
  const isFailure = status === 0 || status >= 400;
  const colour = isFailure ? RED : COLOURS[outcome];
  const facts = [
    isFailure && (status === 0 ? 'the client left' : `status ${status}`),
    `${rounded(ms)} ms`,
    tokens !== undefined && `${tokens} tokens`,
    saved !== undefined && saved !== 0 && dollars(saved),
  ];
  const about = [route, nameOf(model)].filter((each) => each !== undefined);
  const rest = visibleText([...about, ...facts.filter((fact) => fact !== false)].join('  '));
  return `${painted(outcome.padEnd(11), isColoured ? colour : undefined)} ${rest}`;
}

export interface AccessLogOptions {
  /** Gets whole lines, with their line feeds: those of one turn of the event loop at once. */
  readonly write: (lines: string) => void;
  /** Milliseconds since 1970. @default Date.now */
  readonly now?: () => number;
}

/** A listener for `onCall` that writes a line of JSON for each call. A line costs no call any time: it is written behind it. */
export function accessLog({
  write,
  now = () => Date.now(),
}: AccessLogOptions): (call: ProxiedCall) => void {
  let lines: string[] = [];
  const flush = () => {
    const text = lines.join('');
    lines = [];
    if (text !== '') write(text);
  };
  process.once('exit', flush);
  return (call) => {
    if (lines.length === 0) setImmediate(flush);
    lines.push(`${accessLine(call, now())}\n`);
  };
}
