import type { Verb } from './verb.ts';
import { benchmark } from './verbs/benchmark.ts';
import { clear } from './verbs/clear.ts';
import { config } from './verbs/config.ts';
import { diff } from './verbs/diff.ts';
import { explain } from './verbs/explain.ts';
import { exportVerb } from './verbs/export.ts';
import { health } from './verbs/health.ts';
import { importVerb } from './verbs/import.ts';
import { list } from './verbs/list.ts';
import { prune } from './verbs/prune.ts';
import { rm } from './verbs/rm.ts';
import { show } from './verbs/show.ts';
import { stats } from './verbs/stats.ts';
import { verify } from './verbs/verify.ts';
import { warm } from './verbs/warm.ts';

/** All that the program can do, in the order of its help: look, ask why, remove, move, look after. */
export const VERBS: readonly Verb[] = [
  ...[stats, list, show, explain, diff],
  ...[rm, prune, clear],
  ...[exportVerb, importVerb, warm],
  ...[health, verify, config, benchmark],
];
