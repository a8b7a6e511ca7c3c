import { styleText } from 'node:util';

interface Stream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

export interface OutputOptions {
  /** Results are one JSON document instead of text for people. */
  readonly json: boolean;
  readonly stdout?: Stream;
  readonly stderr?: Stream;
}

/** Where a command speaks: results go to stdout, everything said on the way to stderr. */
export class Output {
  readonly json: boolean;
  private readonly stdout: Stream;
  private readonly stderr: Stream;
  private statusShown = false;

  constructor({ json, stdout = process.stdout, stderr = process.stderr }: OutputOptions) {
    this.json = json;
    this.stdout = stdout;
    this.stderr = stderr;
  }

  /** Whether somebody looks at stderr, so that a line can be written over. */
  get interactive(): boolean {
    return this.stderr.isTTY === true;
  }

  /** A line that stays. */
  note(line: string): void {
    this.clearStatus();
    this.stderr.write(`${line}\n`);
  }

  /** A line that the next one replaces; nothing where stderr is no terminal. */
  status(line: string): void {
    if (!this.interactive) return;
    const width = Math.max(20, (this.stderr.columns || 80) - 1);
    this.stderr.write(`\r\u001B[2K${line.length > width ? `${line.slice(0, width - 1)}…` : line}`);
    this.statusShown = true;
  }

  clearStatus(): void {
    if (this.statusShown) this.stderr.write('\r\u001B[2K');
    this.statusShown = false;
  }

  /** The result of the command, once: as JSON when that was asked for, as text otherwise. */
  result(document: unknown, text: string): void {
    this.clearStatus();
    this.stdout.write(this.json ? `${JSON.stringify(document, null, 2)}\n` : text === '' ? '' : `${text}\n`);
  }

  /** Bold on a terminal. */
  strong(text: string): string {
    return this.stdout.isTTY === true ? styleText('bold', text) : text;
  }
}
