/**
 * A sum whose error does not grow with the number of terms (Neumaier, 1974). A test set has hundreds of millions of
 * pixels, and plain addition of as many terms loses more digits than metrics are compared by.
 */
export class CompensatedSum {
  private sum = 0;
  private lost = 0;

  add(term: number): void {
    const next = this.sum + term;
    this.lost += Math.abs(this.sum) >= Math.abs(term) ? this.sum - next + term : term - next + this.sum;
    this.sum = next;
  }

  get value(): number {
    return this.sum + this.lost;
  }
}
