/**
 * Headers that no answer depends on: credentials, the transport of the request, its traces in logs, and the client's
 * own name and version. Every other header is in the key, so that an unknown one costs a miss and never a wrong answer.
 */
const NEUTRAL_HEADERS = [
  /^(proxy-)?authorization$|^(x-)?(goog-)?api-key$|^cookie$|^x-amz-(security-token|date|content-sha256)$/,
  /^(accept-encoding|accept-language|cache-control|connection|content-length|content-type|date|expect|host|keep-alive|origin|pragma|priority|referer|te|trailer|transfer-encoding|upgrade|via)$/,
  /^(x-)?((ms-)?(client-)?request|correlation|(amzn-)?trace)[-_]?id$|^(x-)?b3(-[a-z]+)?$|^x-cloud-trace-context$/,
  /^(traceparent|tracestate|baggage|sentry-trace|forwarded|idempotency-key|x-server-timeout|anthropic-user-profile-id)$|^(x-forwarded|x-datadog|sec|cf)-/,
  /^user-agent$|^x-(stainless|goog-api-client|fern|speakeasy|ms-useragent)|^(http-referer|x-title|x-openrouter-title)$/,
];

/** Is this a header that no answer depends on? @param name in lower case */
export function isNeutralHeader(name: string): boolean {
  return NEUTRAL_HEADERS.some((neutral) => neutral.test(name));
}
