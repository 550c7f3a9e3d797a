// Here SQLite is opened and asked, over the package `sqlite3` or over the module of Node.js.
// It never makes a file, decides what a file is for, or knows a table of the store.
// Start at sqlite-driver.ts, the contract; load-driver.ts decides which driver is used.

export { loadDriver, SqliteDriverError } from './load-driver.ts';
export {
  type DriverConnection,
  faultKind,
  isDriverName,
  type Query,
  type SqliteDriverName,
  type SqliteValue,
} from './sqlite-driver.ts';
