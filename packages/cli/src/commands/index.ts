/**
 * Here each command has a file, with its options, its work and what it prints; clear and reset share one. A command never imports
 * another command, and never writes to stdout but through `session.output`. Start reading with `show.ts`; all commands are listed below.
 */
import type { CliCommand } from '../command-line/index.ts';
import { doctor } from '../doctor/index.ts';
import { mcpOf } from '../mcp/index.ts';
import { proxy, record, replay, run } from '../proxied/index.ts';
import { studioOf } from '../studio/index.ts';
import { tag } from '../tag/index.ts';
import { tail } from '../tail/index.ts';
import { benchmark } from './benchmark.ts';
import { clear, reset } from './clear.ts';
import { completionOf } from './completion.ts';
import { config } from './config.ts';
import { diff } from './diff.ts';
import { explain } from './explain.ts';
import { exportCommand } from './export.ts';
import { health } from './health.ts';
import { importCommand } from './import.ts';
import { list } from './list.ts';
import { namespaces } from './namespaces.ts';
import { prune } from './prune.ts';
import { rm } from './rm.ts';
import { show } from './show.ts';
import { stats } from './stats.ts';
import { verify } from './verify.ts';
import { warm } from './warm.ts';

const WORKING: readonly CliCommand[] = [
  ...[stats, list, namespaces, show, explain, diff],
  ...[tag, rm, prune, clear, reset],
  ...[exportCommand, importCommand, warm],
  ...[doctor, health, verify, config, benchmark],
];

/** A page and an assistant have no use for these: they go on until they are ended, or start a program of this machine. */
const RUNNING: readonly CliCommand[] = [run, record, replay, proxy, tail];

const TYPED: readonly CliCommand[] = [...RUNNING, ...WORKING, studioOf(WORKING), mcpOf(WORKING)];

/** Every command, in the order of the help. */
export const COMMANDS: readonly CliCommand[] = [...TYPED, completionOf(TYPED)];
