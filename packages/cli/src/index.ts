/**
 * Here the program starts: it parses the command line, runs one command and ends with an exit code. It touches
 * nothing outside of its `Host` but stores and the files that the user names. Start reading with `program.ts`.
 */
export { main, run } from './program.ts';
export type { Host, Outlet } from './terminal/index.ts';
