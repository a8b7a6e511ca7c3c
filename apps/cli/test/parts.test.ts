import { PipelineError } from '@utad/pipeline';
import { describe, expect, it } from 'vitest';
import {
  AnomaliesFoundError,
  InterruptedError,
  inOwnWords,
  PartlyFailedError,
  UsageError,
} from '../src/errors';
import { exitCodeOf, oneLine, SIGNAL_EXIT } from '../src/exit-code';

describe('exit codes', () => {
  const named = (name: string, fields: object) => Object.assign(new Error('x'), { name }, fields);

  it('are 2 for a wrong command line, and for paths and categories that do not exist', () => {
    expect(exitCodeOf(new UsageError('x'))).toBe(2);
    expect(exitCodeOf(named('CommanderError', { exitCode: 1 }))).toBe(2);
    expect(exitCodeOf(named('DatasetError', { code: 'category-unknown' }))).toBe(2);
    expect(exitCodeOf(named('WeightsError', { code: 'unreadable' }))).toBe(2);
  });

  it('are 1 for what failed, 130 for what was interrupted, 0 for help', () => {
    expect(exitCodeOf(named('DatasetError', { code: 'mask-missing' }))).toBe(1);
    expect(exitCodeOf(named('ImageError', {}))).toBe(1);
    expect(exitCodeOf(named('BundleError', { check: 'hash' }))).toBe(1);
    expect(exitCodeOf(new PartlyFailedError('x'))).toBe(1);
    expect(exitCodeOf('a string')).toBe(1);
    expect(exitCodeOf(new InterruptedError('x'))).toBe(130);
    expect(exitCodeOf(named('CommanderError', { exitCode: 0 }))).toBe(0);
  });

  it('are 3 for anomalies, where that was asked for, and 2 for files that are none or must stay', () => {
    expect(exitCodeOf(new AnomaliesFoundError('x'))).toBe(3);
    expect(exitCodeOf(named('FileError', { code: 'input' }))).toBe(2);
    expect(exitCodeOf(named('LockedError', { code: 'locked' }))).toBe(1);
    expect(SIGNAL_EXIT).toEqual({ SIGHUP: 129, SIGINT: 130, SIGTERM: 143 });
  });

  it('come with one line, however many an error has', () => {
    expect(oneLine(new Error("error: unknown option '--x'\n(Did you mean --y?)"))).toBe(
      "unknown option '--x' (Did you mean --y?)",
    );
    expect(oneLine(new Error('a kind \u001b[2J of\r\tmine'))).toBe('a kind  [2J of  mine');
  });
});

describe('an error of the pipeline', () => {
  it('names options as flags, and variables of the environment', () => {
    const said = (...given: ConstructorParameters<typeof PipelineError>) =>
      inOwnWords(new PipelineError(...given));
    expect(said('usage', 'expected none, `skipBad` or `set` a.b', 'root')).toEqual(
      new UsageError('--root: expected none, --skip-bad or --set a.b'),
    );
    expect(said('usage', '`fallbackAssets.vgg19`, `assets.vgg19`, `assets.bank` and `offline`')).toEqual(
      new UsageError('UTAD_VGG19, --vgg19, --asset bank and UTAD_OFFLINE=1'),
    );
  });

  it('is a wrong command line, something that failed in part, or an interruption', () => {
    const codes = (['usage', 'partial', 'interrupted'] as const).map((code) =>
      exitCodeOf(inOwnWords(new PipelineError(code, 'x'))),
    );
    expect(codes).toEqual([2, 1, 130]);
    expect(inOwnWords(3)).toBe(3);
  });
});
