import type { Parcel } from './deliver.ts';
import type { Delivery, Exchange, ExchangeResponse, ReceivedRequest } from './exchange.ts';
import { FaultTurns } from './fault-turns.ts';
import { findExchange, noExchange } from './find-exchange.ts';

export interface WireServerOptions extends Delivery {
  /** The first that fits a request answers it, as often as it is asked. @default none */
  readonly exchanges?: readonly Exchange[];
  /** Computes the answer to what no exchange fits. @default 501, naming the nearest exchange */
  readonly answer?: (request: ReceivedRequest) => ExchangeResponse | Promise<ExchangeResponse>;
}

/** Decides what a request is answered, and what goes wrong with it. */
export class AnswerDesk {
  readonly #options: WireServerOptions;
  readonly #turns = new FaultTurns();

  constructor(options: WireServerOptions) {
    this.#options = options;
  }

  async parcelFor(request: ReceivedRequest): Promise<Parcel> {
    const { exchanges = [], answer, ...everywhere } = this.#options;
    const exchange = findExchange(exchanges, request);
    if (exchange !== undefined)
      return this.#parcel(exchange.response, { ...everywhere, ...exchange });
    if (answer === undefined) return plainParcel(noExchange(exchanges, request));
    try {
      return this.#parcel(await answer(request), everywhere);
    } catch (error) {
      return plainParcel(answerFailed(error));
    }
  }

  reset(): void {
    this.#turns.reset();
  }

  #parcel(response: ExchangeResponse, around: Delivery): Parcel {
    const delivery: Delivery = { ...around, ...response };
    return { response, delivery, fault: this.#turns.next(delivery.faults ?? []) };
  }
}

function plainParcel(response: ExchangeResponse): Parcel {
  return { response, delivery: {}, fault: undefined };
}

/** A mistake in the test's own function has to be seen there, and not as a lost connection. */
function answerFailed(error: unknown): ExchangeResponse {
  const message = `The wire server's answer function failed: ${String(error)}`;
  return {
    status: 500,
    headers: { 'x-should-retry': 'false' },
    body: { error: { type: 'answer_failed', message } },
  };
}
