import type { ExchangeResponse } from './exchange.ts';

/** Answers with each response once, in their order, and then with an empty object. */
export function inTurn(responses: readonly ExchangeResponse[]): () => ExchangeResponse {
  const left = [...responses];
  return () => left.shift() ?? { body: {} };
}
