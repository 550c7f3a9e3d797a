import type { BedrockRuntimeClient } from '@aws-sdk/client-bedrock-runtime';
import {
  type Adapter,
  type Bypass,
  type CallIdentity,
  identify,
  isFields,
  type LlmCache,
  type Policy,
} from '@cached-llm/core';
import type { Command } from './commands.ts';
import { withBodyRead } from './identity.ts';
import { BedrockCodec } from './response-codec.ts';
import { oneStream } from './stream.ts';

export interface Door {
  readonly adapter: Adapter;
  readonly cache: LlmCache;
  readonly policy: Policy;
  readonly config: BedrockRuntimeClient['config'];
}

/** A request to a client, with all that its answer and the form of it depend on. */
export interface Question {
  readonly command: Command;
  readonly request: object;
  /** Region and endpoint. */
  readonly place: string;
  /** Of the bytes in its response. */
  readonly blobPrototype: object | undefined;
}

function identityOf({ adapter, policy }: Door, question: Question): CallIdentity | Bypass {
  const { command, place } = question;
  const request = isFields(question.request) ? withBodyRead(question.request) : question.request;
  const isWanted = policy.when?.apply(undefined, [request] as never); // the user's own type
  if (isWanted === false) return { bypass: 'when', provider: adapter.provider };
  const asked = {
    provider: adapter.provider,
    operation: `${command.operation} ${place}`,
    streamed: command.streamField === undefined ? undefined : true,
    adapter: { ...adapter, temperature: command.temperature },
    request,
  };
  return identify(asked, policy);
}

function codecOf({ adapter, policy }: Door, question: Question): BedrockCodec {
  const { command, request, blobPrototype } = question;
  const rules = { adapter: { ...adapter, stream: oneStream() }, admit: policy.admit };
  return new BedrockCodec({ rules, request, streamField: command.streamField, blobPrototype });
}

/** What the cache has to know of a question, but for how to ask it. */
export function askingOf(door: Door, question: Question) {
  const { policy } = door;
  return { policy, identity: identityOf(door, question), codec: codecOf(door, question) };
}
