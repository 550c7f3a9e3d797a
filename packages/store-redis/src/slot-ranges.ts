import type { Address } from './redis-url.ts';
import type { ServerPool } from './server-pool.ts';
import type { SingleServer } from './single-server.ts';

/** Slots in a row, and where their master is. */
export interface SlotRange {
  readonly from: number;
  readonly to: number;
  readonly master: Address;
}

/** What a node says of the whole cluster; where it knows no name for itself, the one it was asked under holds. */
export async function slotRanges(server: SingleServer): Promise<SlotRange[]> {
  const ranges = await server.ask('', (client) => client.clusterSlots());
  if (ranges.length === 0) throw new Error('CLUSTERDOWN No node has any slots.');
  return ranges.map(({ from, to, master }) => ({
    from,
    to,
    master: { host: master.host || server.address.host, port: master.port },
  }));
}

/** By slot; a slot that nobody has is left out. */
export function ownersOf(ranges: readonly SlotRange[], pool: ServerPool): SingleServer[] {
  const owners: SingleServer[] = [];
  for (const { from, to, master } of ranges) {
    const server = pool.at(master);
    for (let slot = from; slot <= to; slot += 1) owners[slot] = server;
  }
  return owners;
}
