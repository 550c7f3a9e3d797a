import type { BedrockRuntimeClient } from '@aws-sdk/client-bedrock-runtime';
import { type CallOptions, type LlmCache, LlmCacheError } from '@cached-llm/core';
import {
  type Adapter,
  cacheOf,
  controlledPolicy,
  describeKind,
  type Fields,
  installedVersion,
  isFields,
  type Policy,
  policyForClient,
  type ReadControl,
  requireVersion,
  whenBypass,
} from '@cached-llm/core/adapter';
import { bedrock } from './adapter.ts';
import { type ControlContext, controlIn, plainResult } from './call-control.ts';
import { callEndpoint } from './call-endpoint.ts';
import { embedEach, itemsOf } from './embeddings.ts';
import { endWithFlight, underSignal } from './flight-signal.ts';
import { endpointOf, identityOf, snapshotOf, withBodyRead } from './identity.ts';
import { BedrockCodec, learnBlobPrototype } from './response-codec.ts';
import { streamRules } from './stream.ts';

const EXPECTED = {
  wrapper: 'cachedBedrock',
  package: '@aws-sdk/client-bedrock-runtime',
  range: '>=3.422 <4',
};

/** What the call options of the core leave open: which cache answers. */
export interface CachedBedrockOptions extends CallOptions {
  /** @default defaultCache() */
  readonly cache?: LlmCache | undefined;
}

/** A command whose answers may be stored. */
interface Command {
  readonly operation: string;
  readonly adapter: Adapter;
  /** The field of its response that is a stream. */
  readonly streamField?: string;
  /** The body of its response is bytes with methods of the SDK. */
  readonly givesBytes?: true;
}

const converse = { operation: 'Converse', adapter: bedrock };
const invoke = {
  operation: 'InvokeModel',
  adapter: { ...bedrock, temperature: 'body.temperature' },
};

/** The commands that generate. All others are sent without the cache. */
const COMMANDS: Readonly<Record<string, Command>> = {
  ConverseCommand: converse,
  ConverseStreamCommand: { ...converse, streamField: 'stream' },
  InvokeModelCommand: { ...invoke, givesBytes: true },
  InvokeModelWithResponseStreamCommand: { ...invoke, streamField: 'body' },
};

interface Wiring {
  readonly cache: LlmCache;
  readonly policy: Policy;
  readonly config: BedrockRuntimeClient['config'];
}

/** A request for a command, with everything that its answer and the form of the answer depend on. */
interface Asked {
  readonly command: Command;
  readonly request: object;
  /** Region and endpoint. */
  readonly endpoint: string;
  readonly blobPrototype: object | undefined;
}

/** A call of the cache, and what its command says to the cache. */
interface Controlled extends Wiring {
  readonly control: ReadControl | undefined;
}

/** Nothing where the command is sent without the cache: the SDK itself reports best what its configuration lacks. */
async function readCommand(
  { policy, config }: Wiring,
  name: string | undefined,
  input: object,
): Promise<Asked | undefined> {
  const command = policy.mode === 'off' ? undefined : COMMANDS[name ?? ''];
  const request = command && snapshotOf(input);
  if (command === undefined || request === undefined) return undefined;
  try {
    const endpoint = await endpointOf(config);
    const blobPrototype = command.givesBytes ? await learnBlobPrototype() : undefined;
    return { command, request, endpoint, blobPrototype };
  } catch {
    return undefined;
  }
}

/** What the cache must know of a request, except how to send it. */
function callOf({ policy, control: said }: Controlled, asked: Asked) {
  const { command, request, endpoint, blobPrototype } = asked;
  const { operation, adapter, streamField } = command;
  const streamed = streamField === undefined ? undefined : true;
  const keyed = {
    operation: `${operation} ${endpoint}`,
    streamed,
    adapter,
    request,
    control: said,
  };
  const { admit, ttlOf } = policy;
  const rules = { adapter: { ...adapter, stream: streamRules() }, admit, ttlOf };
  const codec = new BedrockCodec({ rules, request, streamField, blobPrototype });
  const bypass = whenBypass(policy, [isFields(request) ? withBodyRead(request) : request]);
  const identity = identityOf(keyed, policy);
  const read = 'request' in identity ? identity.request : undefined;
  const place = callEndpoint({ operation, endpoint, request: read });
  return { policy, identity, endpoint: place, bypass, codec };
}

/** The part of the SDK's middleware that is used here. */
interface Sent {
  input: object;
}
interface Received {
  output: object;
  response: unknown;
}

/** One command on its way through the middleware. */
interface Sending<Args extends Sent, Result extends Received> {
  readonly asked: Asked;
  /** The caller's own signal. */
  readonly own: AbortSignal | undefined;
  readonly args: Args;
  readonly next: (args: Args) => Promise<Result>;
}

async function answerCommand<Args extends Sent, Result extends Received>(
  wiring: Controlled,
  { asked, own, args, next }: Sending<Args, Result>,
): Promise<Result> {
  const { request } = asked;
  let live: Result | undefined;
  const send = async (input: object) => {
    live = await next({ ...args, input });
    return live.output as Fields; // every command's output is an object
  };
  const ask = (input: object, flight: AbortSignal) =>
    underSignal({ flight, own }, () => send(input));
  const callFor = (part: object) => ({
    ...callOf(wiring, { ...asked, request: part }),
    signal: own,
  });
  const { cache, control: said } = wiring;
  const isPlain = said === undefined || 'control' in said;
  const items = asked.command.givesBytes && isPlain ? itemsOf(request) : undefined;
  const invoke = (flight: AbortSignal) => ask(request, flight);
  const single = { invoke, invokeUncached: () => send(args.input) };
  const many = { ...asked, cache, callFor, ask, invokeUncached: () => send(request) };
  const output =
    items === undefined
      ? (await cache.pipeline.answer({ ...callFor(request), ...single })).response
      : await embedEach(items, many);
  // The codec restores what this command returns. The HTTP response belongs to the leader alone.
  return { output, response: live?.response } as Result;
}

interface Context extends ControlContext {
  readonly commandName?: string;
  readonly __smithy_context?: { readonly abortSignal?: unknown };
}

function signalOf({ __smithy_context: context }: Context): AbortSignal | undefined {
  return context?.abortSignal instanceof AbortSignal ? context.abortSignal : undefined;
}

/** Answers commands before anything is signed: a hit needs no credentials. */
function cachingMiddleware(wiring: Wiring) {
  return <Args extends Sent, Result extends Received>(
    next: (args: Args) => Promise<Result>,
    context: Context,
  ) =>
    async (args: Args): Promise<Result> => {
      const said = controlIn(context);
      const policy = controlledPolicy(wiring.policy, said);
      const controlled = { ...wiring, policy, control: said };
      const asked = await readCommand(controlled, context.commandName, args.input);
      if (asked === undefined) return plainResult(policy, await next(args));
      return answerCommand(controlled, { asked, own: signalOf(context), args, next });
    };
}

function isClient(client: unknown): client is BedrockRuntimeClient {
  // Fields are compared, because `instanceof` fails across two copies of the SDK.
  const candidate = client as Partial<BedrockRuntimeClient> | null;
  const hasMiddleware = typeof candidate?.middlewareStack?.add === 'function';
  return hasMiddleware && candidate?.config?.serviceId === 'Bedrock Runtime';
}

/**
 * The same client, whose repeated commands are answered from a store: `send` with a promise or a callback,
 * and the methods of `BedrockRuntime`. The SDK cannot derive a client, so the client that you pass is itself
 * wired and returned. Where it is wired again, the later options replace the earlier ones. A hit needs no credentials.
 *
 * @throws {LlmCacheError} `WRONG_CLIENT` for anything but a client of `@aws-sdk/client-bedrock-runtime`, and where a version of it
 * is installed that is not taken.
 */
export function cachedBedrock<Client extends BedrockRuntimeClient>(
  client: Client,
  options: CachedBedrockOptions = {},
): Client {
  if (!isClient(client)) {
    throw new LlmCacheError(
      'WRONG_CLIENT',
      `cachedBedrock takes a client of @aws-sdk/client-bedrock-runtime 3; this is ${describeKind(client)}. Write cachedBedrock(new BedrockRuntimeClient()).`,
    );
  }
  requireVersion(EXPECTED, installedVersion(import.meta.url, EXPECTED.package));
  const { config } = client;
  const cache = cacheOf(options);
  const policy = policyForClient(cache.policy, options);
  endWithFlight(config.requestHandler);
  client.middlewareStack.add(cachingMiddleware({ cache, policy, config }), {
    name: 'cachedLlm',
    step: 'initialize',
    priority: 'low', // after the user's own middleware, which may change the request
    override: true,
  });
  return client;
}
