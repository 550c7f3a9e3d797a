import { randomUUID } from 'node:crypto';
import { pause, startTimer } from '@cached-llm/core/store';
import { type Recency, sweepRows } from './eviction.ts';
import type { SqliteConnection } from './sqlite-connection.ts';
import type { SqliteLeases } from './sqlite-leases.ts';

/** Milliseconds from the first use to the first run, and from one run to the next. */
const FIRST_PAUSE = 1_000;
const PAUSE = 60_000;
/** The lease that one of all processes has; no entry's key starts like this. */
const SWEEPING = 'cached-llm sweeping';
const LEASE = 60_000;
/** Milliseconds after each batch. A process that has nothing else to do ends in one of these pauses. */
const BATCH_PAUSE = 10;

/** Pages: 4 MiB, where a page has 4 KiB. */
const LONG_LOG = 1024;

const THIS_PROCESS = randomUUID();

/** Runs a task now and then for as long as the store is used. It keeps no process alive. */
export class Upkeep {
  readonly #task: () => Promise<unknown>;
  readonly #pause: number;
  #nextPause: number;
  #cancelRun: (() => void) | undefined;
  #isEnded = false;

  constructor(task: () => Promise<unknown>, { first = FIRST_PAUSE, after = PAUSE } = {}) {
    this.#task = task;
    this.#pause = after;
    this.#nextPause = first;
  }

  noteUse(): void {
    if (this.#cancelRun !== undefined || this.#isEnded) return;
    this.#cancelRun = startTimer(this.#nextPause, () => void this.#run());
  }

  end(): void {
    this.#isEnded = true;
    this.#cancelRun?.();
  }

  async #run(): Promise<void> {
    // The next run does what fails in this one.
    await this.#task().catch(() => {});
    this.#nextPause = this.#pause;
    this.#cancelRun = undefined;
  }
}

/** Copies a long log into the file, and gives its disk space back. Until the next try if another process reads it now. */
async function shortenLog(connection: SqliteConnection): Promise<void> {
  const [log] = await connection.write<{ log: number }>('PRAGMA wal_checkpoint(PASSIVE)');
  if (log === undefined || log.log < LONG_LOG) return;
  await connection.write('PRAGMA wal_checkpoint(TRUNCATE)');
}

/** Writes the order of use to the file, shortens the log, and sweeps expired rows and leases unless another process does. */
export async function tidy(
  connection: SqliteConnection,
  leases: SqliteLeases,
  recency: Recency,
): Promise<void> {
  await recency.flush();
  const [sweeper] = await leases.take([SWEEPING], THIS_PROCESS, LEASE);
  if (sweeper !== THIS_PROCESS) return;
  await sweepRows(connection, () => pause(BATCH_PAUSE, { ref: false }));
  await leases.sweep();
  await shortenLog(connection);
}
