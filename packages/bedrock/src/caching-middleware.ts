import type { Fields } from '@cached-llm/core';
import { COMMANDS } from './commands.ts';
import { embedEach } from './embed-each.ts';
import { itemsOf } from './embeddings.ts';
import { underSignal } from './flight-signal.ts';
import { placeOf, snapshotOf } from './identity.ts';
import { learnBlobPrototype } from './learn-blob-prototype.ts';
import type { Passage, Received, Sent } from './passage.ts';
import { askingOf, type Door, type Question } from './question.ts';

interface Context {
  readonly commandName?: string;
  readonly __smithy_context?: { readonly abortSignal?: unknown };
}

/** Nothing for what passes by, and where the SDK will say better what is wrong with its configuration. */
async function questionOf(
  { policy, config }: Door,
  name: string | undefined,
  input: object,
): Promise<Question | undefined> {
  const command = policy.mode === 'off' ? undefined : COMMANDS[name ?? ''];
  const request = command && snapshotOf(input);
  if (command === undefined || request === undefined) return undefined;
  try {
    const place = await placeOf(config);
    const blobPrototype = command.givesBytes ? await learnBlobPrototype() : undefined;
    return { command, request, place, blobPrototype };
  } catch {
    return undefined;
  }
}

function signalOf({ __smithy_context: inside }: Context): AbortSignal | undefined {
  return inside?.abortSignal instanceof AbortSignal ? inside.abortSignal : undefined;
}

async function answered<Args extends Sent, Result extends Received>(
  door: Door,
  { question, own, args, next }: Passage<Args, Result>,
): Promise<Result> {
  const sent = { ...args, input: question.request };
  let live: Result | undefined;
  const take = async (result: Promise<Result>) => {
    live = await result;
    return live.output as Fields; // an object by field, whatever the command
  };
  const { response } = await door.cache.answer({
    ...askingOf(door, question),
    signal: own,
    pass: () => take(next(args)),
    invoke: (flight) => take(underSignal({ flight, own }, () => next(sent))),
  });
  // Restored as the command gives it; the HTTP response is the leader's alone.
  return { output: response, response: live?.response } as Result;
}

/** Answers the commands that generate, before anything is signed: a hit needs no credentials. */
export function cachingMiddleware(door: Door) {
  return <Args extends Sent, Result extends Received>(
    next: (args: Args) => Promise<Result>,
    context: Context,
  ) =>
    async (args: Args): Promise<Result> => {
      const question = await questionOf(door, context.commandName, args.input);
      if (question === undefined) return next(args);
      const passage = { question, own: signalOf(context), args, next };
      const items = question.command.givesBytes && itemsOf(question.request);
      return items === undefined ? answered(door, passage) : embedEach(door, passage, items);
    };
}
