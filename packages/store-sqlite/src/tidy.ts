import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Recency } from './recency.ts';
import type { SqliteConnection } from './sqlite-connection.ts';
import type { SqliteLeases } from './sqlite-leases.ts';
import { sweepRows } from './sweep-rows.ts';

/** Of the lease that one process of all has; no entry's key begins so. */
const SWEEPING = 'cached-llm sweeping';
const LEASE = 60_000;
/** Milliseconds after each batch: a process that has nothing else to do ends in one of these. */
const PAUSE = 10;

const ME = randomUUID();

const rest = () => delay(PAUSE, undefined, { ref: false });

/** Puts the rows in their order of use, and sweeps expired rows and leases, unless another process does. */
export async function tidy(
  connection: SqliteConnection,
  leases: SqliteLeases,
  recency: Recency,
): Promise<void> {
  await recency.settle();
  if ((await leases.take(SWEEPING, ME, LEASE)) !== ME) return;
  await sweepRows(connection, rest);
  await leases.sweep();
}
