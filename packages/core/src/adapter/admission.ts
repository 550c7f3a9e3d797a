import { servedBy, servedInChunks } from '../invalidation/served-model.ts';
import type { Admit } from '../options/option-words.ts';
import type { Facts } from '../stream/stream-source.ts';
import type { Adapter } from './adapter.ts';

export interface Rules {
  readonly adapter: Pick<Adapter, 'rejects' | 'usageOf' | 'servedModelOf'>;
  readonly admit: Admit;
}

function rejection({ adapter, admit }: Rules, response: unknown, request: unknown) {
  const rejected = adapter.rejects(response, request);
  if (typeof admit !== 'function') {
    return rejected !== undefined && admit[rejected] === true ? undefined : rejected;
  }
  return rejected ?? (admit(response) ? undefined : 'admit');
}

/** May this answer be kept, and what did it use, and of whom is it? An answer that cannot be judged is not kept. */
export function judge(rules: Rules, response: unknown, request: unknown): Facts {
  try {
    const usage = rules.adapter.usageOf?.(response);
    const served = servedBy(rules.adapter, response);
    return { rejection: rejection(rules, response, request), usage, served };
  } catch {
    return { rejection: 'unreadable' };
  }
}

export interface StreamedRules extends Rules {
  readonly adapter: Rules['adapter'] & Pick<Adapter, 'stream'>;
}

/** {@link judge}, for a stream that has ended. What the whole answer leaves out of its maker, the chunks may say. */
export function judgeStream(
  rules: StreamedRules,
  chunks: readonly unknown[],
  request: unknown,
): Facts {
  const response = rules.adapter.stream.assemble(chunks);
  if (response === undefined) return { rejection: 'unfinished' };
  const facts = judge(rules, response, request);
  return facts.served === undefined ? { ...facts, served: servedInChunks(chunks) } : facts;
}
