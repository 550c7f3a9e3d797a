// Real Redis processes for tests: one server, a cluster, or a sentinel, each on loopback ports and in a folder of its own.
// No process outlives its `stop()`, and none ever listens on another address or touches a server that it did not start.
// Start reading in redis-server.ts; redis-process.ts starts and ends the processes.
export { type RedisCluster, type RedisClusterOptions, startRedisCluster } from './redis-cluster.ts';
export {
  type RedisSentinel,
  type RedisSentinelOptions,
  startRedisSentinel,
} from './redis-sentinel.ts';
export { type RedisServer, type RedisServerOptions, startRedis } from './redis-server.ts';
