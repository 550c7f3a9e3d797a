import { isFields } from '../key/call-identity.ts';
import type { Entry, EntryHeader } from './entry.ts';
import { parseJson } from './json.ts';
import { summed, unsummed } from './sum.ts';
import { headerIn, writtenHeader } from './written-header.ts';

/** Who may be answered from an entry: compared with what the entry itself says. */
export interface Addressee {
  readonly fingerprint: string;
  readonly scope: string;
}

type Form = (value: unknown) => boolean;

const isText: Form = (value) => typeof value === 'string';
const isNumber: Form = Number.isFinite;
const optional = (form: Form): Form => {
  return (value) => value === undefined || form(value);
};

/** What each field may be: a row of another making is a miss, and breaks nothing that reads it. */
const FORMS: Readonly<Record<keyof EntryHeader, Form>> = {
  fingerprint: isText,
  scope: isText,
  storedAt: isNumber,
  freshUntil: isNumber,
  staleUntil: isNumber,
  fallbackUntil: isNumber,
  kind: (value) => value === 'response' || value === 'stream',
  form: optional(isText),
  delays: optional((value) => Array.isArray(value) && value.every(isNumber)),
  provider: isText,
  model: optional(isText),
  tags: optional((value) => Array.isArray(value) && value.every(isText)),
  generations: optional(isFields),
  usage: optional(isFields),
  served: optional(isFields),
  fields: optional(isFields),
  took: optional(isNumber),
};
const FORM_LIST = Object.entries(FORMS);

/** A sum of the rest, and two JSON texts, a line each: the header is read alone, and the payload is encoded once. */
export function entryText({ header, payload }: Entry): string {
  return summed(`${JSON.stringify(writtenHeader(header))}\n${payload}`);
}

function isHeader(value: unknown): value is EntryHeader {
  return isFields(value) && FORM_LIST.every(([name, form]) => form(value[name]));
}

function parseHeader(text: string): unknown {
  try {
    return headerIn(parseJson(text));
  } catch {
    return undefined; // corrupt or foreign: a miss
  }
}

/** The entry, if the text is one: intact, and not moved here from another key. */
export function readEntryText(row: string): Entry | undefined {
  const text = unsummed(row);
  const end = text?.indexOf('\n') ?? -1;
  if (text === undefined || end < 0) return undefined;
  const header = parseHeader(text.slice(0, end));
  return isHeader(header) ? { header, payload: text.slice(end + 1) } : undefined;
}

/** A row that was moved, or came back as the answer to another question, answers nobody. */
export function isFor(
  { header }: Pick<Entry, 'header'>,
  { fingerprint, scope }: Addressee,
): boolean {
  return header.fingerprint === fingerprint && header.scope === scope;
}
