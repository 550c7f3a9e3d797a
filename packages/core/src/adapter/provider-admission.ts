import { type Fields, fieldsOf, isFields, isGiven, listOf } from '../key/index.ts';
import type { Rejection } from '../options/index.ts';
import type { Adapter } from './adapter.ts';
import { rejectFinish } from './finish-reason.ts';

/** What one provider's admission decides by itself. */
export interface ProviderAdmission {
  /** Why the response is an error, incomplete or empty. */
  rejectAnswer(response: Fields, request: unknown): Rejection | undefined;
  /** May a tool on the provider's side have gone into the answer? @default false */
  isHosted?(request: unknown, response: Fields): boolean;
}

/** The `rejects` of an adapter: why a response is not stored, or undefined where it may be. */
export const admission =
  ({ rejectAnswer, isHosted }: ProviderAdmission): Adapter['rejects'] =>
  (response, request) => {
    if (!isFields(response)) return 'incomplete';
    // Hosted tools come last: an option that admits them must not admit an answer that is truncated.
    const rejected = rejectAnswer(response, request);
    return rejected ?? (isHosted?.(request, response) === true ? 'hosted-tool' : undefined);
  };

/** The first reason against one of several answers to a request: by its finish reason, then by its content. */
export function rejectChoices(
  choices: readonly unknown[],
  rejectContent: (choice: Fields) => Rejection | undefined,
): Rejection | undefined {
  if (choices.length === 0) return 'empty';
  const rejections = choices.map((choice) => {
    if (!isFields(choice)) return 'incomplete';
    return rejectFinish(choice.finish_reason ?? choice.finishReason) ?? rejectContent(choice);
  });
  return rejections.find(isGiven);
}

/** Has a content no text? Thinking alone is no answer. */
export function isSilent(content: unknown): boolean {
  if (!Array.isArray(content)) return (content ?? '') === '';
  return !content.some((part) => isFields(part) && part.type !== 'thinking' && part.text !== '');
}

/** Has the request a tool of which this is true? */
export function offersTool(request: unknown, isMeant: (tool: Fields) => boolean): boolean {
  return listOf(fieldsOf(request).tools).some((tool) => isFields(tool) && isMeant(tool));
}
