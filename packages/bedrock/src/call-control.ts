import { type CallControl, control } from '@cached-llm/core';
import {
  bypassAnswer,
  isFields,
  type Policy,
  type ReadControl,
  readControl,
} from '@cached-llm/core/adapter';

/** The context of a command, in which it may say to the cache what it wants. */
export interface ControlContext {
  cachedLlm?: unknown;
}

/** What a command says to the cache in its context; undefined where it says nothing. */
export function controlIn({ cachedLlm: given }: ControlContext): ReadControl | undefined {
  const field = 'context.cachedLlm';
  if (given === undefined) return undefined;
  return isFields(given)
    ? readControl(given, field)
    : { field, remedy: "Write withControl(command, { mode: 'refresh' })." };
}

/** A result without the cache. In mode `off` it says so, as that of every client does. */
export function plainResult<Result extends { readonly output: object }>(
  { mode }: Policy,
  result: Result,
): Result {
  if (mode === 'off') bypassAnswer(result.output, 'off');
  return result;
}

/** The part of a command that is used here. */
interface AnyCommand {
  readonly middlewareStack: { add(middleware: never, options: never): void };
}

/**
 * The same command, which says to the cache what it wants of it: `client.send(withControl(command, { mode: 'refresh' }))`. It
 * takes `mode`, `ttl`, `maxAge`, `scope`, `tags` and `sample`, and what it says is not sent.
 *
 * @throws {LlmCacheError} `INVALID_OPTION` or `INVALID_DURATION` for an unknown option or a bad value
 */
export function withControl<Sent extends AnyCommand>(command: Sent, options: CallControl): Sent {
  control(options); // checks them
  const say = (next: (args: unknown) => unknown, context: ControlContext) => (args: unknown) => {
    context.cachedLlm = options;
    return next(args);
  };
  const place = { name: 'cachedLlmControl', step: 'initialize', priority: 'high', override: true };
  command.middlewareStack.add(say as never, place as never); // each command has types of its own
  return command;
}
