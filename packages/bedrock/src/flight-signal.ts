import { AsyncLocalStorage } from 'node:async_hooks';
import type { BedrockRuntimeClient } from '@aws-sdk/client-bedrock-runtime';

type RequestHandler = BedrockRuntimeClient['config']['requestHandler'];

interface Flying {
  readonly flight: AbortSignal;
  /** Of the caller that leads; the others wait for the same request. */
  readonly own: AbortSignal | undefined;
}

const flying = new AsyncLocalStorage<Flying>();
const steered = new WeakSet<RequestHandler>();

/** Calls `next` such that the request it makes ends with the flight, and not with the caller's own signal. */
export function underSignal<Result>(signals: Flying, next: () => Result): Result {
  return flying.run(signals, next);
}

/** The one place where the SDK lets a request's signal be replaced is the handler that sends it. */
export function steer(handler: RequestHandler): void {
  if (steered.has(handler)) return;
  steered.add(handler);
  const handle = handler.handle.bind(handler);
  handler.handle = (request, options: { abortSignal?: unknown } = {}) => {
    const signals = flying.getStore();
    const isCallers = signals !== undefined && options.abortSignal === signals.own;
    return handle(request, isCallers ? { ...options, abortSignal: signals.flight } : options);
  };
}
