import type { ExchangeResponse, ReceivedRequest } from '../wire-server/exchange.ts';
import { startWireServer } from '../wire-server/wire-server.ts';

/**
 * The provider's side of a test. A subject's own one obeys `status`, and of the delivery what makes
 * sense on it: at least the faults `end-early`, `cut-socket` and `hang`, and `latencyPerChunk`.
 */
export interface ConformanceWire {
  readonly url: string;
  /** What arrived, oldest first. */
  readonly requests: readonly Pick<ReceivedRequest, 'headers' | 'aborted'>[];
  /** What every request is answered from now on. */
  answer(response: ExchangeResponse): void;
  /** Ends open connections, too. */
  close(): Promise<void>;
}

export async function startConformanceWire(): Promise<ConformanceWire> {
  let current: ExchangeResponse | undefined;
  const server = await startWireServer({
    answer: () => {
      if (current === undefined) throw new Error('The test did not say what to answer.');
      return current;
    },
  });
  return {
    url: server.url,
    requests: server.requests,
    answer: (response) => {
      current = response;
    },
    close: () => server.close(),
  };
}
