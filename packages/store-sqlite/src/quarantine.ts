import { rename, stat } from 'node:fs/promises';
import { withFileLock } from './file-lock.ts';
import { makePrivate } from './own-file.ts';

/** The log comes first: who opens the path meanwhile must not find an old log beside a new file. */
const PARTS = ['-wal', '-shm', ''];

/** Listeners of `error` get it when a damaged file was set aside. Nothing is lost that could still be read by hand. */
export class QuarantinedFileError extends Error {
  override readonly name = 'QuarantinedFileError';
  /** Stable: compare this, and not the message. */
  readonly code = 'quarantined';
  /** The path of the damaged file now. */
  readonly quarantinedAs: string;

  constructor(path: string, quarantinedAs: string, options: ErrorOptions) {
    super(
      `${path} is no sound SQLite file. It was renamed to ${quarantinedAs}, and a new file is used.`,
      options,
    );
    this.quarantinedAs = quarantinedAs;
  }
}

/** Says which file is at `path`, by device and inode; nothing if there is none. */
export async function identityOf(path: string): Promise<string | undefined> {
  if (path === ':memory:') return path;
  try {
    const { dev, ino } = await stat(path, { bigint: true });
    return `${dev}:${ino}`;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException; // thrown by the file system
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw error;
  }
}

async function renamePart(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
    await makePrivate(to);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException; // thrown by the file system
    if (code !== 'ENOENT') throw error; // a closed file has no log
  }
}

/**
 * Renames the file at `path` if it is still the one with that identity. Of several processes that find it damaged,
 * one renames it, and none renames the new file. Nothing is deleted.
 * @returns its new path, or nothing if this process did not rename it
 */
export async function quarantine(path: string, identity: string): Promise<string | undefined> {
  return withFileLock(path, async () => {
    if ((await identityOf(path)) !== identity) return undefined;
    const renamed = `${path}.corrupt-${new Date().toISOString().replaceAll(/[:.]/g, '-')}`;
    for (const part of PARTS) await renamePart(path + part, renamed + part);
    return renamed;
  });
}
