import { open, rename, rm, stat } from 'node:fs/promises';
import { identityOf } from './file-identity.ts';

/** Milliseconds after which whoever held the right to rename has died. */
const LOCK_LIFE = 10_000;
/** The log first: whoever opens the path meanwhile must not find an old log beside a new file. */
const PARTS = ['-wal', '-shm', ''];

async function isTaken(lock: string): Promise<boolean> {
  try {
    await (await open(lock, 'wx')).close();
    return true;
  } catch {
    const { mtimeMs } = await stat(lock).catch(() => ({ mtimeMs: Date.now() }));
    if (Date.now() - mtimeMs > LOCK_LIFE) await rm(lock, { force: true });
    return false;
  }
}

async function renamePart(from: string, to: string): Promise<void> {
  await rename(from, to).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error; // a closed file has no log
  });
}

/**
 * Sets the file at `path` aside, if it is still the one of that identity: of several processes that find it
 * damaged one renames it, and none the new one. Deletes nothing.
 * @returns its new name; nothing where it was not renamed
 */
export async function quarantine(path: string, identity: string): Promise<string | undefined> {
  const lock = `${path}.quarantine`;
  if (!(await isTaken(lock))) return undefined;
  try {
    if ((await identityOf(path)) !== identity) return undefined;
    const name = `${path}.corrupt-${new Date().toISOString().replaceAll(/[:.]/g, '-')}`;
    for (const part of PARTS) await renamePart(path + part, name + part);
    return name;
  } finally {
    await rm(lock, { force: true });
  }
}
