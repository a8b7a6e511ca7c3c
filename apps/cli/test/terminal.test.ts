import { summariseStages } from '@utad/pipeline/node';
import { describe, expect, it } from 'vitest';
import { EventReporter } from '../src/terminal/events';
import {
  digitsBeside,
  formatFacts,
  formatLosses,
  formatNumber,
  formatSeconds,
  formatTable,
} from '../src/terminal/format';
import { Output } from '../src/terminal/output';
import { isReported, TrainingProgress } from '../src/terminal/training-progress';

/** A stream that keeps what it is told. */
function recorder(isTTY: boolean, columns = 80) {
  const written: string[] = [];
  return { isTTY, columns, written, write: (text: string) => written.push(text) };
}

describe('formats', () => {
  it('tell times as people do', () => {
    expect([0.04, 9.94, 9.96, 59.4, 59.6, 125, 3660].map(formatSeconds)).toEqual([
      '0.0 s',
      '9.9 s',
      '10 s',
      '59 s',
      '1 min 0 s',
      '2 min 5 s',
      '1 h 1 min',
    ]);
  });

  it('keep three digits of a number', () => {
    expect([1.23456, 0.000123456, 1500, 0].map(formatNumber)).toEqual(['1.23', '0.000123', '1500', '0']);
  });

  it('have as many digits as tell a score from the threshold', () => {
    expect(digitsBeside(1.8213, [1.93, 1.8213])).toBe(3);
    expect(digitsBeside(1.8213, [1.93, 1.8218])).toBe(4);
    expect(digitsBeside(1.8213, [1.82130000000001])).toBe(9);
  });

  it('put the sum of losses first', () => {
    expect(formatLosses({ kl: 5.123, reconstruction: 0.01, total: 1.5 })).toBe(
      'total 1.5, kl 5.12, reconstruction 0.01',
    );
  });

  it('align columns, whatever marks their letters carry', () => {
    expect(
      formatTable([
        ['', 'a'],
        ['m̂', '10'],
        ['xy', '7'],
      ]),
    ).toBe('     a\nm̂   10\nxy   7');
    expect(
      formatFacts([
        ['a', '1'],
        ['bcd', '2'],
      ]),
    ).toBe('a    1\nbcd  2');
  });
});

describe('Output', () => {
  it('shows results as text, or as one JSON document', () => {
    const [text, json] = [recorder(false), recorder(false)];
    new Output({ json: false, stdout: text }).result({ a: 1 }, 'a is 1');
    new Output({ json: true, stdout: json }).result({ a: 1 }, 'a is 1');
    expect(text.written.join('')).toBe('a is 1\n');
    expect(JSON.parse(json.written.join(''))).toEqual({ a: 1 });
  });

  it('writes over a status line on a terminal, and leaves it out elsewhere', () => {
    const [terminal, file] = [recorder(true, 21), recorder(false)];
    for (const stderr of [terminal, file]) {
      const output = new Output({ json: false, stderr });
      output.status('a line that is longer than twenty');
      output.note('done');
    }
    expect(terminal.written).toEqual(['\r\u001B[2Ka line that is long…', '\r\u001B[2K', 'done\n']);
    expect(file.written).toEqual(['done\n']);
  });
});

it('progress is one line on a terminal, and a line now and then elsewhere', () => {
  let time = 0;
  const told = (isTTY: boolean) => {
    const stderr = recorder(isTTY);
    const { onEvent } = new EventReporter(new Output({ json: false, stderr }), () => time);
    for (let done = 1; done <= 60; done++) {
      time += 1;
      onEvent({ type: 'progress', task: 'images', done, total: 60 });
    }
    return stderr.written;
  };
  expect(told(false)).toEqual([15, 30, 45, 60].map((done) => `${done}/60 images\n`));
  expect(told(true)).toHaveLength(60);
});

describe('TrainingProgress', () => {
  const losses = { total: 2, kl: 1 };
  const epoch = (number: number) =>
    ({
      type: 'epoch',
      stage: 's',
      epoch: number,
      epochs: 60,
      losses,
      seconds: 1,
      memory: { tensors: 3, bytes: 4_100_000 },
    }) as const;
  const stage = (from: number) =>
    ({ type: 'stage', stage: 's', epochs: 60, stepsPerEpoch: 10, from }) as const;

  it('tells at most about thirty epochs of a stage where nobody watches', () => {
    const stderr = recorder(false);
    const progress = new TrainingProgress(new Output({ json: false, stderr }));
    progress.onEvent(stage(0));
    for (let number = 1; number <= 60; number++) progress.onEvent(epoch(number));
    expect(stderr.written[0]).toBe('s: 60 epochs of 10 steps\n');
    expect(stderr.written[1]).toBe('s epoch 1/60, 1.0 s: total 2, kl 1\n');
    expect(stderr.written.at(-1)).toBe('s epoch 60/60, 1.0 s: total 2, kl 1; tensors hold 5 MB\n');
    expect(stderr.written.length).toBeLessThanOrEqual(32);
    expect([1, 2, 3, 4].map((number) => isReported(number, 60))).toEqual([true, true, false, true]);
    expect(isReported(3, 30)).toBe(true);
  });

  it('passes warnings on, and says of a stage that ended early or with earlier weights that it did', () => {
    const stderr = recorder(false);
    const { onEvent } = new TrainingProgress(new Output({ json: false, stderr }));
    onEvent({ type: 'warning', stage: 's', epoch: 3, message: 's: "kl" stays at 0: z is unused' });
    onEvent({ type: 'stage-end', stage: 's', epochs: 60, stoppedEarly: false, kept: 60 });
    onEvent({ type: 'stage-end', stage: 's', epochs: 60, stoppedEarly: false, kept: 51 });
    onEvent({ type: 'stage-end', stage: 's', epochs: 12, stoppedEarly: true, kept: 12 });
    expect(stderr.written).toEqual([
      'warning: s: "kl" stays at 0: z is unused\n',
      's ended; the weights of epoch 51 are kept\n',
      's stopped after 12 epochs, no longer improving; the weights of epoch 12 are kept\n',
    ]);
  });

  it('reckons the time left by the steps of this process alone', () => {
    const stderr = recorder(true, 200);
    let time = 100;
    const progress = new TrainingProgress(new Output({ json: false, stderr }), () => time);
    progress.onEvent(stage(500));
    time = 104;
    // Two steps in four seconds leave 98 steps, 196 seconds.
    progress.onEvent({ type: 'step', stage: 's', epoch: 51, step: 502, steps: 600, losses });
    expect(stderr.written[0]).toBe('s: 60 epochs of 10 steps, resumed after step 500\n');
    expect(stderr.written.at(-1)).toContain('step 502/600  3 min 16 s left  total 2, kl 1');
  });
});

describe('summariseStages', () => {
  it('takes the first, the middle and the last epoch of each stage', () => {
    const epochs = [5, 4, 3, 2, 1].map((total) => ({ losses: { total }, seconds: 2 }));
    expect(
      summariseStages({
        stages: [
          { stage: 's', epochs, kept: 4 },
          { stage: 'none', epochs: [] },
        ],
      }),
    ).toEqual({
      s: {
        epochs: 5,
        seconds: 10,
        start: { total: 5 },
        middle: { total: 3 },
        end: { total: 1 },
        heldOut: null,
        kept: 4,
      },
      none: { epochs: 0, seconds: 0, start: null, middle: null, end: null, heldOut: null, kept: 0 },
    });
  });
});
