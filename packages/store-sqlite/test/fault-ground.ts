import { chmod } from 'node:fs/promises';
import { type TemporaryFolder, temporaryFolder } from '@cached-llm/testing';
import { afterEach, beforeEach, expect } from '@jest/globals';
import { type Callers, startCallers } from './callers.ts';

/** To the superuser nothing is forbidden: then somebody else calls. */
const uid = process.getuid?.() === 0 ? 65_534 : undefined;

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
