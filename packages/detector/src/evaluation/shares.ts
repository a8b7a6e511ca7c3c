/** What each part makes of the map, among the parts that add up to it; undefined without parts. */
export function sharesOf(
  contributions: Readonly<Record<string, number>>,
): Record<string, number> | undefined {
  const entries = Object.entries(contributions);
  if (entries.length === 0) return undefined;
  const groups = new Map<string, number>();
  for (const [name, value] of entries) groups.set(groupOf(name), (groups.get(groupOf(name)) ?? 0) + value);
  return Object.fromEntries(entries.map(([name, value]) => [name, value / (groups.get(groupOf(name)) ?? 1)]));
}

/** Parts that add up to the whole share a prefix: `layer/conv1_2`, `pair/x, m`. */
function groupOf(name: string): string {
  return name.split('/')[0] ?? name;
}
