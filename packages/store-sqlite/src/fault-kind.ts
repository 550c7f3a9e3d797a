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
 * What an error means for the file: the file is damaged, it is full, or there is an obstacle, which an open
 * connection may still see after it is gone. Waiting for another process (`SQLITE_BUSY`) is none of these.
 */
export function faultKind(error: unknown): FaultKind {
  const { code } = (error ?? {}) as { code?: unknown }; // caught: anything, and of any realm
  return KINDS[String(code)] ?? 'other';
}
