import type { Exchange } from '../wire-server/exchange.ts';

/** An exchange whose request can be handed to the provider's SDK as it stands. */
export interface DemoExchange<Request> extends Exchange {
  readonly request: Request;
}

/** When all demo answers were made, in seconds since 1970: 2026-03-02T09:30:00Z. */
export const demoCreatedAt = 1_772_443_800;

export const demoModel = 'gpt-4.1-mini';
export const demoModelVersion = 'gpt-4.1-mini-2025-04-14';
