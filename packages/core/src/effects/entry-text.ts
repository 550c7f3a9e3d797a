import type { Entry, EntryHeader } from '../words/entry.ts';
import { parseJson } from './json.ts';

/** Who may be answered from an entry: compared with what the entry itself says. */
export interface Addressee {
  readonly fingerprint: string;
  readonly scope: string;
}

const INSTANTS = ['storedAt', 'freshUntil', 'staleUntil', 'fallbackUntil'] as const;

/** Two JSON texts, a line each: the header is read alone, and the payload is encoded once. */
export function entryText({ header, payload }: Entry): string {
  return `${JSON.stringify(header)}\n${payload}`;
}

function isHeader(value: unknown): value is EntryHeader {
  const header = value as EntryHeader | null;
  return (
    typeof header === 'object' &&
    header !== null &&
    INSTANTS.every((instant) => Number.isFinite(header[instant])) &&
    (header.kind === 'response' || header.kind === 'stream') &&
    typeof header.provider === 'string'
  );
}

function parseHeader(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    return undefined; // corrupt or foreign: a miss
  }
}

/** The entry, if the text is one: intact, and not moved here from another key. */
export function readEntryText(text: string): Entry | undefined {
  const end = text.indexOf('\n');
  const header = end < 0 ? undefined : parseHeader(text.slice(0, end));
  return isHeader(header) ? { header, payload: text.slice(end + 1) } : undefined;
}

/** A row that was moved, or came back as the answer to another question, answers nobody. */
export function isFor({ header }: Entry, { fingerprint, scope }: Addressee): boolean {
  return header.fingerprint === fingerprint && header.scope === scope;
}
