/**
 * Here the command line is read: the command, its options, and the files, headers and adapters that they name.
 * Nothing in this room opens a store or prints a result. Start reading with `command.ts`, then `parse.ts`.
 */
export { type Captured, captured } from './captured.ts';
export {
  type CliCommand,
  defineCommand,
  type Globals,
  globalOptions,
  globalWords,
  type Session,
} from './command.ts';
export { headerOption, namedAdapter, requestHeaders } from './http-options.ts';
export {
  checkInput,
  countLines,
  type NumberedLine,
  numberedGroups,
  numberedLines,
} from './lines.ts';
export {
  ago,
  bytes,
  count,
  dashed,
  duration,
  flag,
  type OptionDefinition,
  type OptionValues,
  oneOf,
  port,
  share,
  text,
  texts,
} from './options.ts';
export { parse, VERSION } from './parse.ts';
export { runCommandLine } from './run.ts';
