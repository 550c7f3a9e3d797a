import { type CrossRules, exactFields, type Fields, fieldsOf, listOf } from '@cached-llm/core';
import { rejects } from './admission.ts';
import { offersHostedTool } from './identity.ts';
import { stream } from './stream.ts';
import { tellsAll } from './tells-all.ts';

/** What is known of each part: with more in it, it tells more than is known here. */
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

function known(part: unknown): Fields {
  const names = PARTS[String(fieldsOf(part).type)];
  return exactFields(part, names === undefined ? [] : ['type', 'providerMetadata', ...names]);
}

/** What is kept only on purpose, such as what a hosted tool found, comes in another order as a stream. */
function assemble(chunks: readonly unknown[]): Fields | undefined {
  const parts = chunks.map(known);
  const result = stream.assemble(parts);
  const isGood = rejects(result, {}) === undefined;
  return isGood && tellsAll(parts, fieldsOf(result)) ? fieldsOf(result) : undefined;
}

/** What grows in a stream: how it starts, all of it at once, and its end. */
function grown(name: string, start: Fields, { id, whole, ...said }: Fields): readonly Fields[] {
  return [
    { type: `${name}-start`, id, ...start },
    ...(whole === '' ? [] : [{ type: `${name}-delta`, id, delta: whole }]),
    { type: `${name}-end`, id, ...said },
  ];
}

function partsOf(given: unknown, index: number): readonly Fields[] {
  const part = fieldsOf(given);
  const { type, text, ...said } = part;
  if (type === 'text' || type === 'reasoning') {
    const { citations: _last, ...start } = said;
    return grown(type, start, { id: String(index), whole: text, ...said });
  }
  if (type !== 'tool-call') return [part];
  const { toolCallId: id, toolName, input, dynamic } = said;
  const start = { toolName, ...(dynamic !== undefined && { dynamic }) };
  return [...grown('tool-input', start, { id, whole: input }), part];
}

function disassemble(result: Fields): readonly Fields[] {
  const { content, warnings, response, ...said } = exactFields(result, [
    'content',
    'finishReason',
    'usage',
    'providerMetadata',
    'response',
    'warnings',
  ]);
  return [
    { type: 'stream-start', warnings },
    { type: 'response-metadata', ...fieldsOf(response) },
    ...listOf(content).flatMap(partsOf),
    { type: 'finish', ...said },
  ];
}

/** Texts, thoughts, files and calls of own tools. What tells less in one form is made into nothing else. */
export const cross: CrossRules = {
  covers: (request) => Array.isArray(request.prompt) && !offersHostedTool(request),
  ignore: [],
  assemble,
  disassemble,
};
