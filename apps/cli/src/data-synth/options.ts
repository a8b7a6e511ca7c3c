/** A number, or a range of numbers. */
type Aim = number | readonly [least: number, most: number];

/** What the command line says. */
export interface DataSynthOptions {
  readonly out: string;
  readonly category?: readonly string[];
  readonly train?: number;
  readonly good?: number;
  readonly defective?: number;
  readonly defect?: readonly string[];
  readonly severity?: number;
  readonly defectSize?: Aim;
  readonly contrast?: Aim;
  readonly testSplit?: 'test' | 'validation';
  readonly size?: number;
  readonly force?: boolean;
  /** Photographs to draw on, instead of drawing everything. */
  readonly photos?: string;
  /** A run whose held-out photographs to draw on. */
  readonly heldOutOf?: string;
  /** What `photos` is. */
  readonly dataset?: string;
  readonly limit?: number;
}

/** What was said of how defects look, and nothing where nothing was. */
export function faultsOf({ severity, defectSize, contrast }: DataSynthOptions) {
  return {
    ...(severity !== undefined && { severity }),
    ...(defectSize !== undefined && { defectSize }),
    ...(contrast !== undefined && { contrast }),
  };
}
