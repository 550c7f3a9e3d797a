import {
  type CallOptions,
  cachedLlmCall,
  createLlmCache,
  type FunctionOptions,
  type LlmCache,
} from '@cached-llm/core';
import { startTimer } from '@cached-llm/core/store';
import { manualClock } from '../test-environment/index.ts';
import { type ExchangeResponse, startWireServer } from '../wire-server/index.ts';

const MINUTE = 60_000;

/** Milliseconds after which the SDK gives up, or the caller leaves. */
const PATIENCE = 250;

/** What a provider does after its first answer, and whether an older answer stands in for it (RFC 5861 §4). */
export const EXPECTED_FALLBACKS = {
  'status 400': 'error',
  'status 401': 'error',
  'status 403': 'error',
  'status 404': 'error',
  'status 422': 'error',
  'status 408': 'older',
  'status 429': 'older',
  'status 500': 'older',
  'status 503': 'older',
  reset: 'older',
  'time-out': 'older',
  abort: 'error',
} as const;

type Failing = keyof typeof EXPECTED_FALLBACKS;

/** How an adapter's SDK is used in these trials. */
export interface FallbackParts<Client> {
  /** The body of a whole answer. */
  readonly answer: unknown;
  /** Headers that say under which name a status is an error. @default none */
  readonly headersOf?: ((failing: Failing) => Readonly<Record<string, string>>) | undefined;
  /** A client without a cache, which tries once. */
  open(options: { readonly url: string; readonly timeout: number | undefined }): Client;
  /** The cached client. Without it the client stays as it is, and a function is wrapped. */
  wrap?(client: Client, options: CallOptions & { readonly cache: LlmCache }): Client;
  /** The adapter of the function. */
  readonly adapter?: FunctionOptions['adapter'];
  ask(client: Client, signal: AbortSignal): Promise<unknown>;
}

function responseOf(failing: Failing, headers: Readonly<Record<string, string>>): ExchangeResponse {
  if (failing === 'reset') return { body: {}, faults: [{ kind: 'refuse' }] };
  if (!failing.startsWith('status')) return { body: {}, faults: [{ kind: 'hang' }] };
  const status = Number(failing.slice('status '.length));
  return { status, headers, body: { message: 'no', error: { message: 'no', code: status } } };
}

const outcome = (answer: Promise<unknown>) =>
  answer.then(
    () => 'older',
    () => 'error',
  );

async function outcomeOf<Client>(parts: FallbackParts<Client>, failing: Failing): Promise<string> {
  const clock = manualClock();
  const cache = createLlmCache({ now: clock.now, ttl: '1m', staleIfError: '1h' });
  const failure = responseOf(failing, parts.headersOf?.(failing) ?? {});
  const server = await startWireServer({
    answer: () => (server.count === 1 ? { body: parts.answer } : failure),
  });
  const clientWith = (timeout?: number) => {
    const plain = parts.open({ url: server.url, timeout });
    return parts.wrap?.(plain, { cache }) ?? plain;
  };
  let client = clientWith(); // its answer may take long on a busy machine
  const controller = new AbortController();
  const call = async function ask() {
    return parts.ask(client, controller.signal);
  };
  const ask = parts.wrap ? call : cachedLlmCall(call, { cache, adapter: parts.adapter });
  try {
    await ask();
    clock.advance(2 * MINUTE);
    if (failing === 'time-out') client = clientWith(PATIENCE);
    if (failing === 'abort') startTimer(PATIENCE, () => controller.abort(), { ref: true });
    return await outcome(ask());
  } finally {
    await server.close();
    await cache.close();
  }
}

/** Asks twice for each kind of failure: once for an answer, and again when it is older than its ttl. */
export async function fallbackTable<Client>(
  parts: FallbackParts<Client>,
): Promise<Readonly<Record<string, string>>> {
  const table: Record<string, string> = {};
  // One after another: a first call must not be late because of the others.
  for (const failing of Object.keys(EXPECTED_FALLBACKS))
    table[failing] = await outcomeOf(parts, failing as Failing); // its own name
  return table;
}
