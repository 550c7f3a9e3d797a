import { stat } from 'node:fs/promises';

/** Which file stands at `path`, whatever it is called elsewhere; nothing where none does. */
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
