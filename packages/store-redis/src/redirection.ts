import { RedisRefusedError } from './redis-refused-error.ts';
import type { Address } from './redis-url.ts';

/** A cluster's node says that another one has the slot, for good or (`ASK`) for this command only. */
export interface Redirection {
  readonly kind: 'MOVED' | 'ASK';
  readonly slot: number;
  /** Nothing for a host that is the node's own. */
  readonly address: Address;
}

const FORM = /^(MOVED|ASK) (\d+) (.*):(\d+)$/;

export function redirectionIn(error: unknown): Redirection | undefined {
  if (!(error instanceof RedisRefusedError) || !(error.cause instanceof Error)) return undefined;
  const [, kind, slot, host = '', port] = FORM.exec(error.cause.message) ?? [];
  if (kind !== 'MOVED' && kind !== 'ASK') return undefined;
  return { kind, slot: Number(slot), address: { host, port: Number(port) } };
}
