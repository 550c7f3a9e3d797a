// These views show the entries of the store: the table, one entry, and two entries side by side. They steer the selected ones.
// They never show an answer or a scope that the user did not reveal, and change nothing that was not confirmed by its number.
// Start reading in entries.tsx; looking.ts keeps the filter and the place in the table.
export { Entries } from './entries.tsx';
export { Entry } from './entry.tsx';
