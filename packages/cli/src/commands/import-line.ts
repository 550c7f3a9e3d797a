import type { LlmCache, StoredEntry } from '@cached-llm/core';
import type { NumberedLine } from '../input/lines.ts';
import type { Host } from '../terminal/host.ts';

const REASONS: ReadonlyMap<string, string> = new Map([
  ['no-entry', 'it is no entry.'],
  ['too-large', 'it is too large.'],
  ['store-error', 'the store did not take it.'],
]);

/** What became of the lines of an export. */
export interface Imported {
  restored: number;
  expired: number;
  failed: number;
}

type ImportedEntry = Pick<StoredEntry, 'header' | 'payload'>;

/** The entry that a line of an export holds, or what is wrong with it: never its content. */
function importedEntry(line: string): ImportedEntry | string {
  try {
    const { header, payload }: Partial<ImportedEntry> = JSON.parse(line) ?? {};
    if (typeof header !== 'object' || header === null) return 'it has no header.';
    if (typeof payload !== 'string') return 'it has no payload.';
    return { header, payload }; // the store looks at the header's own fields
  } catch {
    return 'it is no JSON.';
  }
}

/** Counts what became of a line; one that cannot be imported says why, and costs the others nothing. */
export async function importLine(
  cache: LlmCache,
  host: Host,
  line: NumberedLine,
): Promise<keyof Imported> {
  const entry = importedEntry(line.text);
  const became = typeof entry === 'string' ? entry : await cache.inspection.restore(entry);
  if (became === 'restored' || became === 'expired') return became;
  host.stderr.write(`line ${line.number}: ${REASONS.get(became) ?? became}\n`);
  return 'failed';
}
