import type { Facts } from '../effects/stream-source.ts';
import type { Adapter } from './adapter.ts';
import type { Admit } from './options.ts';

export interface Rules {
  readonly adapter: Pick<Adapter, 'rejects' | 'usageOf'>;
  readonly admit: Admit;
}

function rejection({ adapter, admit }: Rules, response: unknown, request: unknown) {
  const rejected = adapter.rejects(response, request);
  if (typeof admit !== 'function') {
    return rejected !== undefined && admit[rejected] === true ? undefined : rejected;
  }
  return rejected ?? (admit(response) ? undefined : 'admit');
}

/** May this answer be kept, and what did it use? An answer that cannot be judged is not kept. */
export function judge(rules: Rules, response: unknown, request: unknown): Facts {
  try {
    const usage = rules.adapter.usageOf?.(response);
    return { rejection: rejection(rules, response, request), usage };
  } catch {
    return { rejection: 'unreadable' };
  }
}
