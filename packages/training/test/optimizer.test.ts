import * as tf from '@tensorflow/tfjs';
import { Optimizer, type OptimizerConfig } from '@utad/training';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { relativeError } from '../../../scripts/testing/relative-error';
import fixture from './fixtures/optimizer.json';

const SHAPES = [[2, 3], [4]];

let tensors = 0;
beforeEach(() => {
  tensors = tf.memory().numTensors;
});
afterEach(() => {
  expect(tf.memory().numTensors).toBe(tensors);
});

function variablesOf(values: readonly (readonly number[])[]): tf.Variable[] {
  return values.map((flat, index) => tf.tidy(() => tf.variable(tf.tensor([...flat], SHAPES[index]))));
}

function optimizerOf(config: OptimizerConfig, variables: readonly tf.Variable[]): Optimizer {
  return new Optimizer(config, new Map(variables.map((variable, index) => [`w${index}`, variable])));
}

function gradientsOf(
  variables: readonly tf.Variable[],
  gradients: readonly (readonly number[])[],
): tf.NamedTensorMap {
  return Object.fromEntries(
    variables.map((variable, index) => [
      variable.name,
      tf.tensor([...(gradients[index] ?? [])], variable.shape),
    ]),
  );
}

const cases: [keyof typeof fixture, OptimizerConfig][] = [
  ['adam', { kind: 'adam', learningRate: 0.05 }],
  ['adamCosine', { kind: 'adam', learningRate: 0.02, beta1: 0.5, beta2: 0.9, epsilon: 1e-3 }],
  ['sgd', { kind: 'sgd', learningRate: 0.1 }],
  ['momentum', { kind: 'sgd', learningRate: 0.1, momentum: 0.9 }],
  ['momentumCosine', { kind: 'sgd', learningRate: 0.1, momentum: 0.9 }],
];

describe.each(cases)('torch.optim agrees: %s', (name, config) => {
  const { start, steps } = fixture[name];

  it('at each of several steps', () => {
    const variables = variablesOf(start);
    const optimizer = optimizerOf(config, variables);
    for (const [index, { factor, gradients, values }] of steps.entries()) {
      const named = gradientsOf(variables, gradients);
      optimizer.update(named, { step: index + 1, rate: factor });
      tf.dispose(named);
      for (const [which, variable] of variables.entries()) {
        expect(relativeError(variable.dataSync(), values[which] ?? [])).toBeLessThan(1e-6);
      }
    }
    optimizer.dispose();
    tf.dispose(variables);
  });

  it('bit for bit the same when its state is put into another one on the way', () => {
    const run = (restarts: boolean) => {
      const variables = variablesOf(start);
      let optimizer = optimizerOf(config, variables);
      for (const [index, { factor, gradients }] of steps.entries()) {
        if (restarts) {
          const next = optimizerOf(config, variables);
          next.restore(optimizer.state());
          optimizer.dispose();
          optimizer = next;
        }
        const named = gradientsOf(variables, gradients);
        optimizer.update(named, { step: index + 1, rate: factor });
        tf.dispose(named);
      }
      const values = variables.map((variable) => variable.dataSync());
      optimizer.dispose();
      tf.dispose(variables);
      return values;
    };
    expect(run(true)).toEqual(run(false));
  });
});

it('leaves a variable without a gradient where it is', () => {
  const variables = variablesOf(fixture.sgd.start);
  const optimizer = optimizerOf({ kind: 'adam', learningRate: 0.1 }, variables);
  const [first, second] = variables;
  if (first === undefined || second === undefined) throw new Error('expected two variables');
  const [kept, moved] = [first.dataSync(), second.dataSync()];
  const gradient = tf.ones([4]);
  optimizer.update({ [second.name]: gradient }, { step: 1 });
  expect(first.dataSync()).toEqual(kept);
  expect(second.dataSync()).not.toEqual(moved);
  tf.dispose([gradient, ...variables]);
  optimizer.dispose();
});

it('refuses a state of another size', () => {
  const variables = variablesOf(fixture.sgd.start);
  const optimizer = optimizerOf({ kind: 'sgd', learningRate: 0.1 }, variables);
  const state = tf.zeros<tf.Rank.R1>([9]);
  expect(() => optimizer.restore([state])).toThrow('optimizer: expected 10 saved values, received 9');
  expect(() => optimizer.restore([])).toThrow('optimizer: expected 10 saved values, received 0');
  tf.dispose([state, ...variables]);
  optimizer.dispose();
});

it('scales a gradient down to the norm allowed, over all variables together, and leaves a shorter one', () => {
  const run = (clipNorm: number) => {
    const variables = variablesOf([
      [0, 0, 0, 0, 0, 0],
      [0, 0, 0, 0],
    ]);
    const optimizer = optimizerOf({ kind: 'sgd', learningRate: 1 }, variables);
    // A norm of 5: 3 in the first variable, 4 in the second.
    const named = gradientsOf(variables, [
      [3, 0, 0, 0, 0, 0],
      [0, 4, 0, 0],
    ]);
    optimizer.update(named, { step: 1, clipNorm });
    const values = variables.flatMap((variable) => [...variable.dataSync()]);
    tf.dispose([named, variables]);
    optimizer.dispose();
    return [values[0], values[7]];
  };
  const [a = 0, b = 0] = run(1);
  expect(a).toBeCloseTo(-3 / 5, 6);
  expect(b).toBeCloseTo(-4 / 5, 6);
  expect(run(6)).toEqual([-3, -4]);
});
