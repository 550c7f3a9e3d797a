// This view shows the figures, the health of the store, and the advice, as the command line prints them.
// It never adds up or prices anything by itself.
// Start reading in overview.tsx.
export { Overview } from './overview.tsx';
