import type { Verb } from '../command-line/command.ts';
import { benchmark } from './benchmark.ts';
import { clear } from './clear.ts';
import { config } from './config.ts';
import { diff } from './diff.ts';
import { explain } from './explain.ts';
import { exportVerb } from './export.ts';
import { health } from './health.ts';
import { importVerb } from './import.ts';
import { list } from './list.ts';
import { prune } from './prune.ts';
import { rm } from './rm.ts';
import { show } from './show.ts';
import { stats } from './stats.ts';
import { verify } from './verify.ts';
import { warm } from './warm.ts';

/** All that the program can do, in the order of its help: look, ask why, remove, move, look after. */
export const VERBS: readonly Verb[] = [
  ...[stats, list, show, explain, diff],
  ...[rm, prune, clear],
  ...[exportVerb, importVerb, warm],
  ...[health, verify, config, benchmark],
];
