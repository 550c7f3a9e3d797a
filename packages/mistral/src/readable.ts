import { type Fields, fieldsOf, isFields, isGiven, listOf } from '@cached-llm/core/adapter';

/**
 * The SDK checks each answer and throws for one without these fields, so that a stored one would throw at every hit.
 * The rules are those of `ChatCompletionResponse$inboundSchema`, `CompletionChunk$inboundSchema` and
 * `EmbeddingResponse$inboundSchema` in `models/components` of the SDK. They speak of answers as they come over HTTP:
 * what the SDK returns has other names, and was checked.
 */
type Check = (value: unknown) => boolean;

const isText: Check = (value) => typeof value === 'string';

const isInteger: Check = (value) => Number.isInteger(value);

const optional =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value);

/** Null where it is not known yet. */
const nullable =
  (check: Check): Check =>
  (value) =>
    !isGiven(value) || check(value);

const shape =
  (checks: Readonly<Record<string, Check>>): Check =>
  (value) =>
    isFields(value) && Object.entries(checks).every(([name, check]) => check(value[name]));

const listed =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(check);

const usage = shape({
  prompt_tokens: optional(isInteger),
  completion_tokens: optional(isInteger),
  total_tokens: optional(isInteger),
});

const call = shape({
  id: optional(isText),
  index: optional(isInteger),
  function: shape({ name: isText, arguments: (value) => isText(value) || isFields(value) }),
});

const content: Check = (value) =>
  isText(value) || listed((part) => isText(fieldsOf(part).type))(value);

const message = shape({ content: nullable(content), tool_calls: nullable(listed(call)) });

const head = { id: isText, model: isText };

const completion = shape({
  ...head,
  object: isText,
  usage,
  created: isInteger,
  choices: listed(shape({ index: isInteger, message: optional(message), finish_reason: isText })),
});

const embeddings = shape({
  ...head,
  object: isText,
  usage,
  data: listed(shape({ index: optional(isInteger), embedding: optional(Array.isArray) })),
});

const chunk = shape({
  ...head,
  object: optional(isText),
  created: optional(isInteger),
  usage: optional(usage),
  choices: listed(
    shape({
      index: isInteger,
      delta: message,
      finish_reason: (value) => value === null || isText(value),
    }),
  ),
});

/** An answer that the SDK has read, or that was assembled from chunks, says `finishReason`. */
const isRead = ({ choices }: Fields) =>
  listOf(choices).some((choice) => 'finishReason' in fieldsOf(choice));

/** Does the SDK return this answer, or throw? */
export const isReadable = (answer: Fields) =>
  isRead(answer) || ('choices' in answer ? completion(answer) : embeddings(answer));

/** Does the SDK yield this chunk, or throw? */
export const isReadableChunk = (part: Fields) => isRead(part) || chunk(part);
