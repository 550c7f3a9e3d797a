import {
  type Adapter,
  digest,
  type Fields,
  ownEchoes,
  withOwnEchoes,
} from '@cached-llm/core/adapter';
import { type Parts, readAsText } from './body-text.ts';

type Echoing = Pick<Adapter, 'echoes'>;

/** The digest of what the first caller's request has in these fields; undefined where no field is repeated. */
export function echoedDigest(adapter: Echoing, request: unknown): string | undefined {
  const own = ownEchoes(adapter, request);
  return own && digest(JSON.stringify(own));
}

const rewritten = (json: string, own: Fields) =>
  JSON.stringify(withOwnEchoes(JSON.parse(json), own));

/** What an answer needs to repeat this caller's request in place of the first caller's. */
export interface EchoOptions {
  readonly adapter: Echoing;
  readonly request: unknown;
  /** Of the first caller. */
  readonly echoed: string | undefined;
}

function differing({ adapter, request, echoed }: EchoOptions): Fields | undefined {
  if (echoed === undefined || echoed === echoedDigest(adapter, request)) return undefined;
  return ownEchoes(adapter, request);
}

/** The body of an answer, with this caller's own fields. @throws {SyntaxError} where it is no JSON */
export function bodyForCaller(body: string, options: EchoOptions): string {
  const own = differing(options);
  return own === undefined ? body : rewritten(body, own);
}

/** An event of the Responses API that carries the response, on its line. Line ends are LF, CRLF or CR. */
const EVENT = /(?<![^\r\n])(data: ?)(\{[^\r\n]*"response"[^\r\n]*\})/g;

const eventsForCaller = (lines: string, own: Fields) =>
  lines.replace(EVENT, (_all, data, json) => `${data}${rewritten(json, own)}`);

/** The texts of a stored stream of server-sent events, likewise. */
export function textsForCaller(texts: readonly string[], options: EchoOptions): readonly string[] {
  const own = differing(options);
  return own === undefined ? texts : eventsForCaller(texts.join(''), own).split(/(?<=\n)/);
}

/** The texts of a running stream, likewise: a line is passed on when all of it has come. */
export function runningTextsForCaller(texts: Parts, options: EchoOptions): Parts {
  const own = differing(options);
  if (own === undefined) return texts;
  let rest = '';
  const next = async (): Promise<IteratorResult<string, unknown>> => {
    const { done, value } = await texts.next();
    const read = done === true ? rest : `${rest}${readAsText(value)}`;
    const lines = Math.max(read.lastIndexOf('\n'), read.lastIndexOf('\r')) + 1;
    const end = done === true ? read.length : lines;
    rest = read.slice(end);
    if (end > 0) return { done: false, value: eventsForCaller(read.slice(0, end), own) };
    return done === true ? { done, value: undefined } : next();
  };
  return { next, return: () => texts.return() };
}
