import { AsyncLocalStorage } from 'node:async_hooks';
import type { BedrockRuntimeClient } from '@aws-sdk/client-bedrock-runtime';

type RequestHandler = BedrockRuntimeClient['config']['requestHandler'];

interface Signals {
  readonly flight: AbortSignal;
  /** The signal of the leader. The followers wait for the same request. */
  readonly own: AbortSignal | undefined;
}

const running = new AsyncLocalStorage<Signals>();
const wired = new WeakSet<RequestHandler>();

/** Runs `next`. The request that it makes ends with the flight, and not with the leader's own signal. */
export function underSignal<Result>(signals: Signals, next: () => Result): Result {
  return running.run(signals, next);
}

/** Wires the handler that sends requests: it is the only place where the SDK lets a request's signal be replaced. */
export function endWithFlight(handler: RequestHandler): void {
  if (wired.has(handler)) return;
  wired.add(handler);
  const handle = handler.handle.bind(handler);
  handler.handle = (request, options: { abortSignal?: unknown } = {}) => {
    const signals = running.getStore();
    const isOwn = signals !== undefined && options.abortSignal === signals.own;
    return handle(request, isOwn ? { ...options, abortSignal: signals.flight } : options);
  };
}
