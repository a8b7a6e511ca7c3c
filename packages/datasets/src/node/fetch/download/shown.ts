/** A URL for messages and records: without its query, which may hold a secret. */
export function shown(url: URL): string {
  return `${url.protocol}//${url.host}${url.pathname}`;
}
