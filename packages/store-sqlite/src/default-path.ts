import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';

interface Host {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly home: string;
  readonly platform: string;
}

const thisHost = (): Host => ({
  environment: process.env,
  home: homedir(),
  platform: process.platform,
});

function cacheFolder({ environment, home, platform }: Host): string {
  if (platform === 'win32') return environment.LOCALAPPDATA ?? join(home, 'AppData', 'Local');
  if (platform === 'darwin') return join(home, 'Library', 'Caches');
  const given = environment.XDG_CACHE_HOME;
  // The XDG specification: a relative path is to be ignored.
  return given !== undefined && isAbsolute(given) ? given : join(home, '.cache');
}

/** The file in the user's own cache folder, which every project of this user shares. */
export function defaultPath(host: Host = thisHost()): string {
  return join(cacheFolder(host), 'cached-llm', 'cache.db');
}
