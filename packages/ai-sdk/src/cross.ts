import {
  crossMode,
  exactFields,
  type Fields,
  fieldsOf,
  isFields,
  isGiven,
  listOf,
} from '@cached-llm/core/adapter';
import { rejects, usageOf } from './admission.ts';
import { offersHostedTool } from './identity.ts';
import { stream } from './stream.ts';

/** The fields that each type of part may have. A part with any other field has no place in the other form. */
const PARTS: Readonly<Record<string, readonly string[]>> = {
  'stream-start': ['warnings'],
  'response-metadata': ['id', 'modelId', 'timestamp'],
  'text-start': ['id'],
  'text-delta': ['id', 'delta'],
  'text-end': ['id', 'citations'],
  'reasoning-start': ['id'],
  'reasoning-delta': ['id', 'delta'],
  'reasoning-end': ['id'],
  'tool-input-start': ['id', 'toolName', 'inputEncoding', 'dynamic', 'title'],
  'tool-input-delta': ['id', 'delta'],
  'tool-input-end': ['id'],
  'tool-call': ['toolCallId', 'toolName', 'input', 'dynamic', 'providerExecuted'],
  file: ['mediaType', 'data'],
  'reasoning-file': ['mediaType', 'data'],
  source: ['sourceType', 'id', 'mediaType', 'title', 'filename'],
  custom: ['kind'],
  ping: [],
  finish: ['finishReason', 'usage'],
};

function exactPart(part: unknown): Fields {
  const names = PARTS[String(fieldsOf(part).type)];
  return exactFields(part, names === undefined ? [] : ['type', 'providerMetadata', ...names]);
}

/** Without one of these a stream is less than a plain answer, and with two of one type it is two answers. */
const ONCE = ['stream-start', 'response-metadata', 'finish'];

const BLOCK = /^(text|reasoning|tool-input)-(start|delta|end)$/;

function blocksIn(parts: readonly Fields[]): readonly (readonly Fields[])[] {
  const blocks = new Map<string, Fields[]>();
  for (const part of parts) {
    const [, kind] = BLOCK.exec(String(part.type)) ?? [];
    if (kind === undefined) continue;
    const name = `${kind} ${String(part.id)}`;
    const block = blocks.get(name) ?? [];
    block.push(part);
    blocks.set(name, block);
  }
  return [...blocks.values()];
}

function isClosed(block: readonly Fields[]): boolean {
  const steps = block.map(({ type }) => String(type).replace(BLOCK, '$2'));
  return /^start( delta)* end$/.test(steps.join(' '));
}

function metadataNames({ providerMetadata }: Fields): readonly string[] {
  return Object.entries(fieldsOf(providerMetadata)).flatMap(([provider, fields]) =>
    Object.entries(fieldsOf(fields)).flatMap(([name, value]) =>
      isGiven(value) ? `${provider} ${name}` : [],
    ),
  );
}

/** Metadata that the start has and the end has not may have changed since, as OpenAI's encrypted thoughts do. */
function isConfirmed(block: readonly Fields[]): boolean {
  const { providerMetadata } = block.at(-1) ?? {};
  const names = new Set(metadataNames({ providerMetadata }));
  return (
    !isFields(providerMetadata) || block.flatMap(metadataNames).every((name) => names.has(name))
  );
}

/** A tool call that began and did not become one is in the stream alone. */
function isCalled(parts: readonly Fields[], { type, id }: Fields): boolean {
  return type !== 'tool-input-start' || parts.some(({ toolCallId }) => toolCallId === id);
}

const metadataOf = ({ providerMetadata }: Fields, name: string) =>
  Object.values(fieldsOf(providerMetadata)).map((fields) => fieldsOf(fields)[name]);

/** Thoughts without metadata come first in a stream, and after the text in a plain answer. */
function isPlaced(part: Fields): boolean {
  return part.type !== 'reasoning' || isFields(part.providerMetadata);
}

/** Of several texts, only a plain answer names the one that is the requested object. */
function isUnambiguous(content: readonly Fields[]): boolean {
  const texts = content.filter(({ type }) => type === 'text');
  return (
    texts.length < 2 || !texts.some((text) => metadataOf(text, 'phase').includes('final_answer'))
  );
}

/** Do these parts contain everything that the plain answer does, in the same order? */
function isComplete(parts: readonly Fields[], result: Fields): boolean {
  const content = listOf(result.content).map(fieldsOf);
  const { inputTokens, outputTokens } = usageOf(result) ?? {};
  return (
    ONCE.every((name) => parts.filter(({ type }) => type === name).length === 1) &&
    blocksIn(parts).every((block) => isClosed(block) && isConfirmed(block)) &&
    parts.every((part) => isCalled(parts, part)) &&
    content.every(isPlaced) &&
    isUnambiguous(content) &&
    isGiven(inputTokens) &&
    isGiven(outputTokens) &&
    !metadataOf(result, 'logprobs').some(isGiven) // each form nests them differently
  );
}

/** An answer that is stored only on purpose, such as one with a hosted tool, has another order as a stream. */
function assemble(chunks: readonly unknown[]): Fields | undefined {
  const parts = chunks.map(exactPart);
  const result = fieldsOf(stream.assemble(parts));
  const isUsable = rejects(result, {}) === undefined;
  return isUsable && isComplete(parts, result) ? result : undefined;
}

/** A block in at most three parts: its start, all of its text at once, and its end. */
function blockOf(name: string, start: Fields, { id, whole, ...end }: Fields): readonly Fields[] {
  return [
    { type: `${name}-start`, id, ...start },
    ...(whole === '' ? [] : [{ type: `${name}-delta`, id, delta: whole }]),
    { type: `${name}-end`, id, ...end },
  ];
}

function partsOf(value: unknown, index: number): readonly Fields[] {
  const part = fieldsOf(value);
  const { type, text, ...rest } = part;
  if (type === 'text' || type === 'reasoning') {
    const { citations: _last, ...start } = rest;
    return blockOf(type, start, { id: String(index), whole: text, ...rest });
  }
  if (type !== 'tool-call') return [part];
  const { toolCallId: id, toolName, input, dynamic } = rest;
  const start = { toolName, ...(dynamic !== undefined && { dynamic }) };
  return [...blockOf('tool-input', start, { id, whole: input }), part];
}

const RESULT = ['content', 'finishReason', 'usage', 'providerMetadata', 'response', 'warnings'];

function disassemble(result: Fields): readonly Fields[] {
  const { content, warnings, response, ...finish } = exactFields(result, RESULT);
  return [
    { type: 'stream-start', warnings },
    { type: 'response-metadata', ...fieldsOf(response) },
    ...listOf(content).flatMap(partsOf),
    { type: 'finish', ...finish },
  ];
}

/** Texts, thoughts, files and calls of local tools. An answer that one form cannot hold whole stays in the other. */
export const cross = crossMode({
  covers: (request) => Array.isArray(request.prompt) && !offersHostedTool(request),
  ignore: [],
  assemble,
  disassemble,
});
