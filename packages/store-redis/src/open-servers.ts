import { ClusterServers } from './cluster-servers.ts';
import type { RedisUnavailableError } from './redis-errors.ts';
import type { RedisServers } from './redis-servers.ts';
import type { RedisSettings } from './resolve-options.ts';
import { locateMaster } from './sentinel.ts';
import { SingleServer } from './single-server.ts';

/** Connects without being waited for. */
export function openServers(
  settings: RedisSettings,
  onFault: (fault: RedisUnavailableError) => void,
): RedisServers {
  if (settings.roots.length > 0) return new ClusterServers(settings, onFault);
  if (settings.sentinels.length === 0) return new SingleServer({ settings, onFault });
  return new SingleServer({ settings, locate: () => locateMaster(settings), onFault });
}
