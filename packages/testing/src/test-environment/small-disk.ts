import { spawnSync } from 'node:child_process';
import { open, rm } from 'node:fs/promises';
import { type TemporaryFolder, temporaryFolder } from './temporary-places.ts';

const NAMESPACE = process.getuid?.() === 0 ? ['unshare', '-m'] : ['unshare', '-rm'];

/** Only the command and its children see the disk, which is removed when they end. */
const within = (folder: string): readonly string[] => [
  ...NAMESPACE,
  ...['sh', '-c', 'mount -t tmpfs -o size=4m none "$0" && exec "$@"', folder],
];

/** A disk of 4 MiB for one process and its children. */
export interface SmallDisk {
  /** The folder of the disk, as the process sees it. */
  readonly path: string;
  /** The words before the command that sees the disk. */
  readonly within: readonly string[];
  /** Fills the disk of this running process to its last page. Returns how to make room again. */
  fillUp(pid: number | undefined): Promise<() => Promise<void>>;
  remove: TemporaryFolder['remove'];
}

async function fill(path: string): Promise<void> {
  const file = await open(path, 'w');
  for (let isFull = false; !isFull; ) {
    isFull = await file.write(Buffer.alloc(4096)).then(
      () => false,
      () => true,
    );
  }
  await file.close();
}

/** Makes a small disk. Undefined where this user can mount none, as on macOS and in most containers. */
export async function smallDisk(): Promise<SmallDisk | undefined> {
  const { path, remove } = await temporaryFolder();
  const [unshare = '', ...words] = within(path);
  if (spawnSync(unshare, [...words, 'true']).status !== 0) {
    await remove();
    return undefined;
  }
  return {
    path,
    within: within(path),
    remove,
    async fillUp(pid) {
      const ballast = `/proc/${pid}/root${path}/ballast`;
      await fill(ballast);
      return () => rm(ballast);
    },
  };
}
