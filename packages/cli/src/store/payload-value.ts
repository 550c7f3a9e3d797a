function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** What a payload holds, where it can be read: over HTTP it is a head in one line of JSON, and under it the body. */
export function payloadValue(payload: string): unknown {
  const whole = parsed(payload);
  if (whole !== undefined) return whole;
  const end = payload.indexOf('\n');
  if (end < 0) return payload;
  const body = payload.slice(end + 1);
  return { head: parsed(payload.slice(0, end)), body: parsed(body) ?? body };
}
