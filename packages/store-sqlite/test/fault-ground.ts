import { spawnSync } from 'node:child_process';
import { chmod } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { type TemporaryFolder, temporaryFolder } from '@cached-llm/testing';
import { afterEach, beforeEach, expect } from '@jest/globals';
import { type Callers, startCallers } from './callers.ts';

const NOBODY = 65_534;
const isSuperuser = process.getuid?.() === 0;

/** May somebody else run this Node.js, and read these tests? A home folder may be closed to others. */
function isOpenToOthers(): boolean {
  const here = fileURLToPath(new URL('./caller-process.ts', import.meta.url));
  const read = ['-e', 'require("node:fs").readFileSync(process.argv[1])', here];
  return spawnSync(process.execPath, read, { uid: NOBODY, gid: NOBODY }).status === 0;
}

/** To the superuser nothing is forbidden: then somebody else calls, where that can be. */
const uid = isSuperuser && isOpenToOthers() ? NOBODY : undefined;

/** Do permissions bind the callers? Says so where they do not. */
export function areCallersBound(): boolean {
  const areBound = !isSuperuser || uid !== undefined;
  if (!areBound) process.stderr.write('NOT RUN: nothing is forbidden to the superuser.\n');
  return areBound;
}

/** A folder of its own for each test, and processes that are gone after it. */
export class FaultGround {
  #folder: TemporaryFolder | undefined;
  #started: Callers[] = [];

  constructor() {
    beforeEach(() => this.#begin());
    afterEach(() => this.#end());
  }

  get data(): string {
    return `${this.#folder?.path}/data`;
  }

  get path(): string {
    return `${this.data}/cache.db`;
  }

  callers(options: object = {}): Callers {
    const callers = startCallers({ path: this.path, ...options }, { uid });
    this.#started.push(callers);
    return callers;
  }

  /** Makes a file that holds the answers to one topic. */
  async fill(topic: string): Promise<void> {
    const first = this.callers();
    expect((await first.ask(topic)).stored).toHaveLength(32);
    await first.end();
  }

  /** Lets the callers, whoever they are, into what this process made. */
  async letIn(folder: string): Promise<void> {
    if (uid !== undefined) await chmod(folder, 0o777);
  }

  async #begin(): Promise<void> {
    this.#folder = await temporaryFolder();
    await this.letIn(this.#folder.path);
  }

  async #end(): Promise<void> {
    await Promise.all(this.#started.map((callers) => callers.kill()));
    await chmod(this.data, 0o700).catch(() => {});
    await this.#folder?.remove();
    this.#started = [];
  }
}
