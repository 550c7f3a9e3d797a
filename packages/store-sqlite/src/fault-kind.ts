export type FaultKind = 'damage' | 'full' | 'obstacle' | 'other';

const KINDS: Readonly<Record<string, FaultKind>> = {
  SQLITE_CORRUPT: 'damage',
  SQLITE_NOTADB: 'damage',
  SQLITE_FULL: 'full',
  SQLITE_READONLY: 'obstacle',
  SQLITE_CANTOPEN: 'obstacle',
  SQLITE_IOERR: 'obstacle',
};

/**
 * What an error means for the file: the file is broken, it has no room, or something stands in the way that
 * an open connection may go on seeing after it is gone. Waiting for another process is none of these.
 */
export function faultKind(error: unknown): FaultKind {
  const { code } = (error ?? {}) as { code?: unknown }; // caught: anything, and of any realm
  return KINDS[String(code)] ?? 'other';
}
