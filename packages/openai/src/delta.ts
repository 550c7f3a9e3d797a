import { isFields } from '@cached-llm/core';

/** Fields of a delta that come whole, and again, in place of piece by piece. */
const WHOLE = new Set(['id', 'index', 'role', 'type', 'name']);

function mergeList(target: unknown, delta: readonly unknown[]): unknown[] {
  const list: unknown[] = Array.isArray(target) ? [...target] : [];
  for (const item of delta) {
    const given = isFields(item) && typeof item.index === 'number' ? item.index : list.length;
    const place = Math.min(given, list.length); // an index is data, and no size to trust
    list[place] = mergeDelta(list[place], item);
  }
  return list;
}

function mergeField(name: string, target: unknown, delta: unknown): unknown {
  const isPiece = typeof target === 'string' && typeof delta === 'string' && !WHOLE.has(name);
  return isPiece ? target + delta : mergeDelta(target, delta);
}

/** What a message is after one more delta: texts grow, tool calls grow by their index, the rest is replaced. */
export function mergeDelta(target: unknown, delta: unknown): unknown {
  if (delta === undefined || delta === null) return target ?? delta;
  if (Array.isArray(delta)) return mergeList(target, delta);
  if (!isFields(delta)) return delta;
  const merged: Record<string, unknown> = isFields(target) ? { ...target } : {};
  for (const [name, value] of Object.entries(delta))
    merged[name] = mergeField(name, merged[name], value);
  return merged;
}
