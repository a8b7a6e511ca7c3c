/** Training ran away: a loss is no longer a number, or it or the weights grew beyond reason. The weights are worthless. */
export class DivergedError extends Error {
  override readonly name = 'DivergedError';

  constructor(
    /** The stage that ran away. */
    readonly stage: string,
    /** Counts from 1 through the stage. */
    readonly step: number,
    /** The loss term, `total`, or `weight norm`. */
    readonly term: string,
    /** What the term had come to. */
    readonly value: number,
    /** What it had to stay below; absent where the value is not finite. */
    readonly limit?: number,
  ) {
    const expected = limit === undefined ? 'a finite number' : `less than ${limit.toPrecision(3)}`;
    const received = Number.isFinite(value) ? value.toPrecision(3) : value;
    super(
      `${stage}: expected ${expected} for "${term}", received ${received} at step ${step}; a lower learning rate may help`,
    );
  }
}
