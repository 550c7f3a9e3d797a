import type { IncomingHttpHeaders } from 'node:http';

/** A provider whose host has a name in it, which stands first in the path: of a resource, or of a region. */
export interface NamedHost {
  readonly name: 'azure' | 'bedrock';
  /** What stands in the path for {@link url}. */
  readonly prefix: string;
  readonly url: string;
}

/** `/azure/my-resource/openai/...`, or the whole name of another host of Azure. */
const AZURE =
  /^\/azure\/([a-z0-9][a-z0-9-]*)(\.(?:openai|cognitiveservices|services\.ai)\.azure\.com)?(?=[/?]|$)/i;

/** `/bedrock/us-east-1/model/...` */
const BEDROCK = /^\/bedrock\/([a-z]{2}(?:-[a-z]+){1,2}-\d)(?=[/?]|$)/;

function azureHost(target: string): NamedHost | undefined {
  const [prefix, resource, domain = '.openai.azure.com'] = AZURE.exec(target) ?? [];
  if (prefix === undefined) return undefined;
  return { name: 'azure', prefix, url: `https://${resource}${domain}`.toLowerCase() };
}

function bedrockHost(target: string): NamedHost | undefined {
  const [prefix, region = ''] = BEDROCK.exec(target) ?? [];
  if (prefix === undefined) return undefined;
  const domain = region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';
  return { name: 'bedrock', prefix, url: `https://bedrock-runtime.${region}.${domain}` };
}

/** The host that a path names. No path can name a host of anybody else. */
export function namedHost(target: string): NamedHost | undefined {
  return azureHost(target) ?? bedrockHost(target);
}

/**
 * Is this request signed by AWS's Signature Version 4? It covers the host and the path that the client wrote, which are
 * those of the proxy, so that AWS refuses what the proxy passes on. An API key of Bedrock is no signature
 * (docs.aws.amazon.com/bedrock/latest/userguide/api-keys.html).
 */
export function isSignedForHost(
  { authorization = '' }: IncomingHttpHeaders,
  { searchParams }: URL,
): boolean {
  return authorization.startsWith('AWS4-') || searchParams.has('X-Amz-Signature');
}
