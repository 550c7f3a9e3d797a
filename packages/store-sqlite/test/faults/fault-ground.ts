import { spawnSync } from 'node:child_process';
import { chmod } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { beforeEach, expect } from '@jest/globals';
import { type Callers, startCallers } from '../processes/callers.ts';
import { TestResources } from '../resources.ts';

const OTHER_USER = 65_534;
const isSuperuser = process.getuid?.() === 0;

/** May another user run this Node.js, and read these tests? A home folder may be closed to others. */
function isOpenToOthers(): boolean {
  const here = fileURLToPath(new URL('../processes/caller-process.ts', import.meta.url));
  const read = ['-e', 'require("node:fs").readFileSync(process.argv[1])', here];
  return spawnSync(process.execPath, read, { uid: OTHER_USER, gid: OTHER_USER }).status === 0;
}

/** The superuser may do everything, so another user calls if that is possible. */
const uid = isSuperuser && isOpenToOthers() ? OTHER_USER : undefined;

/** Do permissions apply to the callers? Prints a line if they do not. */
export function areCallersBound(): boolean {
  const areBound = !isSuperuser || uid !== undefined;
  if (!areBound) process.stderr.write('NOT RUN: nothing is forbidden to the superuser.\n');
  return areBound;
}

/** A file in a folder that a test takes away from the processes that call. */
export class FaultGround extends TestResources {
  constructor() {
    super();
    beforeEach(async () => {
      await this.letIn(this.folder);
      this.afterThisTest(() => chmod(this.data, 0o700).catch(() => {}));
    });
  }

  get data(): string {
    return `${this.folder}/data`;
  }

  override get path(): string {
    return `${this.data}/cache.db`;
  }

  callers(options: object = {}): Callers {
    const callers = startCallers({ path: this.path, ...options }, { uid });
    this.afterThisTest(callers.kill);
    return callers;
  }

  /** Makes a file that holds the answers to one topic. */
  async fill(topic: string): Promise<void> {
    const first = this.callers();
    expect((await first.ask(topic)).stored).toHaveLength(32);
    await first.end();
  }

  /** Lets the callers, whichever user they are, into a folder that this process made. */
  async letIn(folder: string): Promise<void> {
    if (uid !== undefined) await chmod(folder, 0o777);
  }
}
