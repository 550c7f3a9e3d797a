import { setImmediate } from 'node:timers/promises';
import { deleteExpired } from './eviction.ts';
import type { SqliteConnection } from './sqlite-connection.ts';

/** Deletes the expired rows, and says how many; in batches, with a pause after each for whoever waits. */
export async function sweepRows(
  connection: SqliteConnection,
  pause: () => Promise<unknown> = setImmediate,
): Promise<number> {
  let swept = 0;
  for (let rows = 1; rows > 0; swept += rows) {
    ({ rows } = await connection.writeInTurn(deleteExpired));
    if (rows > 0) await pause();
  }
  return swept;
}
