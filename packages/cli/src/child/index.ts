/**
 * Here a command of the user's runs as a child of this program: with its streams, and with the signals that this program gets.
 * Nothing of its output is read, and it is never ended by a time-out. Start reading with `run-child.ts`.
 */
export { type Ended, exitCodeOf, runChild } from './run-child.ts';
