import { usageError } from '../errors';
import type { EvaluatedRun } from './compare-run';

/** Runs that differ in nothing but data and seed, under one name. */
export interface NamedDetector {
  readonly name: string;
  readonly runs: readonly EvaluatedRun[];
}

/**
 * Puts runs of the same detector together: of one kind, preset, configuration and weights. How the score comes from the map
 * is left out of that, since it goes with the data.
 *
 * @param labels names by the absolute path of a run; a name goes to all runs of its detector, and detectors of one name are one.
 * @throws PipelineError `usage` for two names of one detector, or two runs that differ in nothing.
 */
export function nameDetectors(
  runs: readonly EvaluatedRun[],
  labels: ReadonlyMap<string, string>,
): NamedDetector[] {
  const groups = [...groupBy(runs, keyOf).values()];
  const given = groups.map((group) => labelOf(group, labels));
  const taken = given.filter((name) => name !== undefined);
  const unnamed = groups.filter((_, i) => given[i] === undefined);
  const kinds = new Set(runs.map(({ config }) => config.detector));
  const automatic = new Map(
    automaticNames(unnamed, taken, kinds.size > 1).map((name, i) => [unnamed[i], name]),
  );
  const named = groups.map((group, i) => ({ name: given[i] ?? automatic.get(group) ?? '', runs: group }));
  return [...groupBy(named, ({ name }) => name)].map(([name, same]) => ({
    name,
    runs: same.flatMap((group) => group.runs),
  }));
}

function groupBy<K, T>(values: readonly T[], key: (value: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const value of values) groups.set(key(value), [...(groups.get(key(value)) ?? []), value]);
  return groups;
}

function labelOf(group: readonly EvaluatedRun[], labels: ReadonlyMap<string, string>): string | undefined {
  const found = new Set(group.flatMap(({ folder }) => labels.get(folder.path) ?? []));
  if (found.size > 1) {
    throw usageError(
      `expected one name for the runs of one detector, received ${[...found].join(' and ')}`,
      'name',
    );
  }
  return [...found][0];
}

/**
 * The least that tells detectors apart: the kind where that of any differs, else the preset; then, for those still called alike,
 * preset, weights and settings; else a number.
 *
 * @param taken names that are given already
 */
function automaticNames(
  groups: readonly EvaluatedRun[][],
  taken: readonly string[],
  byKind: boolean,
): string[] {
  const firsts = groups.flatMap(([first]) => first ?? []);
  let names = firsts.map(({ config }) => (byKind ? config.detector : config.preset));
  const parts: readonly ((run: EvaluatedRun, alike: readonly EvaluatedRun[]) => string)[] = [
    ({ config }) => config.preset,
    weightsName,
    settingsThatDiffer,
  ];
  for (const part of parts) {
    names = firsts.map((run, i) => {
      const alike = firsts.filter((_, other) => names[other] === names[i]);
      const differs = new Set(alike.map((other) => part(other, alike))).size > 1;
      return [names[i], differs && part(run, alike)].filter(Boolean).join(', ');
    });
  }
  return names.map((name, i) => {
    const before = [...taken, ...names.slice(0, i)].filter((other) => other === name).length;
    return before === 0 ? name : `${name}, ${before + 1}`;
  });
}

function weightsName({ scores }: EvaluatedRun): string {
  return Object.values(scores.weights)
    .map(({ name }) => name)
    .join(' and ');
}

/** More would be no name. */
const MOST_SETTINGS = 2;

function settingsThatDiffer(run: EvaluatedRun, all: readonly EvaluatedRun[]): string {
  const ours = settingsOf(run);
  const others = all.map(settingsOf);
  const differing = [...ours].filter(([key, value]) => others.some((other) => other.get(key) !== value));
  return differing
    .slice(0, MOST_SETTINGS)
    .map(([key, value]) => `${key} ${value}`)
    .join(', ');
}

/** Every value of a configuration by its path. */
function settingsOf({ config }: EvaluatedRun): Map<string, string> {
  const found = new Map<string, string>();
  const walk = (value: unknown, path: readonly string[]) => {
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      for (const [key, part] of Object.entries(value)) walk(part, [...path, key]);
    } else found.set(path.join('.'), JSON.stringify(value));
  };
  walk(withoutScore(config.config), []);
  return found;
}

function keyOf(run: EvaluatedRun): string {
  const { detector, preset, augment } = run.config;
  const weights = Object.entries(run.scores.weights).map(([name, { sha256 }]) => [name, sha256]);
  const settings = [...settingsOf(run)].sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([detector, preset, augment, settings, weights]);
}

function withoutScore(config: unknown): unknown {
  if (typeof config !== 'object' || config === null || !('score' in config)) return config;
  const { score: _, ...rest } = config;
  return rest;
}
