import { MetricError, type MetricErrorCode } from '@utad/eval';

/** Why a metric may have no value for sound data. */
const REASONS: Partial<Record<MetricErrorCode, (of: string) => string>> = {
  'one-class': (of) => `the test set has not both good and anomalous ${of}`,
  'no-positives': (of) => `the test set has not both good and anomalous ${of}`,
  'too-few': (of) => `it takes two ${of} of either class to tell how they vary`,
  'one-sided': () => 'no set of images drawn anew came out on one side of it',
};

/** Numbers that are not defined become null, and a sentence for each reason says which and why. */
export class Definitions {
  private readonly names = new Map<string, string[]>();

  /**
   * @param of what the metric tells apart, in the plural
   * @throws MetricError of `measure` that tells of wrong data.
   */
  measure<T>(name: string, of: 'images' | 'pixels', measure: () => T): T | null {
    try {
      return measure();
    } catch (error) {
      if (!(error instanceof MetricError)) throw error;
      const reason = REASONS[error.code];
      if (reason === undefined) throw error;
      return this.undefinedFor(name, reason(of));
    }
  }

  undefinedFor(name: string, reason: string): null {
    const names = this.names.get(reason) ?? [];
    this.names.set(reason, names.includes(name) ? names : [...names, name]);
    return null;
  }

  get notes(): string[] {
    return [...this.names].map(([reason, names]) => `Not defined: ${listed(names)}; ${reason}.`);
  }
}

function listed(names: readonly string[]): string {
  const last = names.at(-1) ?? '';
  return names.length > 1 ? `${names.slice(0, -1).join(', ')} and ${last}` : last;
}
