import { type Fields, isFields } from '@cached-llm/core';

type Parts = readonly unknown[];

const partsOf = (content: unknown): Parts => {
  if (Array.isArray(content)) return content;
  return typeof content === 'string' && content !== '' ? [{ type: 'text', text: content }] : [];
};

/** A part that goes on where the last one stopped, or the next one. */
function addPart(parts: Parts, part: unknown): Parts {
  const last = parts.at(-1);
  if (!isFields(last) || !isFields(part) || last.type !== part.type) return [...parts, part];
  const before = parts.slice(0, -1);
  if (typeof last.text === 'string' && typeof part.text === 'string') {
    return [...before, { ...last, ...part, text: last.text + part.text }];
  }
  if (!Array.isArray(last.thinking) || !Array.isArray(part.thinking)) return [...parts, part];
  return [...before, { ...last, ...part, thinking: part.thinking.reduce(addPart, last.thinking) }];
}

/** A text, until there is thinking or another part in it. */
export function mergeContent(content: unknown, delta: unknown): unknown {
  if (delta === undefined || delta === null) return content ?? delta;
  if (!Array.isArray(content) && typeof delta === 'string') return `${content ?? ''}${delta}`;
  return partsOf(delta).reduce(addPart, partsOf(content));
}

/** The SDK writes 'null' for an id that did not come. */
const hasId = ({ id }: Fields) => typeof id === 'string' && id !== '' && id !== 'null';

function goesOn(call: unknown, delta: Fields): boolean {
  if (!isFields(call) || typeof delta.index !== 'number') return false;
  return call.index === delta.index && (!hasId(delta) || call.id === delta.id);
}

const namedIn = (value: unknown): Fields => (isFields(value) ? value : {});

function mergeCall(call: Fields, delta: Fields): Fields {
  const { name, arguments: before } = namedIn(call.function);
  const more = namedIn(delta.function);
  const isText = typeof before === 'string' && typeof more.arguments === 'string';
  const whole = isText ? `${before}${more.arguments}` : (more.arguments ?? before);
  return { ...delta, ...call, function: { name: name || more.name, arguments: whole } };
}

/** Calls come whole, or piece by piece under their index. */
export function mergeCalls(calls: unknown, deltas: unknown): unknown {
  const merged: unknown[] = Array.isArray(calls) ? [...calls] : [];
  for (const delta of Array.isArray(deltas) ? deltas : []) {
    const place = merged.findIndex((call) => isFields(delta) && goesOn(call, delta));
    if (place < 0) merged.push(delta);
    else merged[place] = mergeCall(merged[place] as Fields, delta); // goesOn looked at it
  }
  return merged;
}
