import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BackendPart, backendResult, type Machine } from '@utad/pipeline/node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { adviseOn, type DoctorResult, doctorText } from '../src/doctor';
import { runUtad } from './run-utad';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'utad-doctor-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

const backendPart: BackendPart = {
  part: 'backend',
  name: 'wasm',
  version: '4.22.0',
  device: 'CPU, 1 thread',
  reason: 'wasm',
};

describe('advice', () => {
  const linux = { platform: 'linux x64', gpu: null };
  const nvidia = { platform: 'linux x64', gpu: { name: 'NVIDIA H100', nvidia: true } };
  const drawn = { platform: 'linux x64', gpu: { name: 'GPU /dev/dri/renderD128', nvidia: false } };
  const mac = { platform: 'darwin arm64', gpu: { name: 'GPU of this Mac', nvidia: false } };
  const windows = { platform: 'win32 x64', gpu: null };

  it.each([
    ['native TensorFlow, on Linux without it', linux, ['wasm', 'cpu'], 'wasm', 'utad backend install'],
    ['nothing, with native TensorFlow and no GPU', linux, ['tfjs-node', 'wasm', 'cpu'], 'tfjs-node', null],
    ['CUDA, with an NVIDIA GPU', nvidia, ['tfjs-node', 'cpu'], 'tfjs-node', 'utad backend install --gpu'],
    ['nothing, with that GPU in use', nvidia, ['tfjs-node-gpu', 'cpu'], 'tfjs-node-gpu', null],
    [
      'WebGPU, with another GPU',
      drawn,
      ['tfjs-node', 'cpu'],
      'tfjs-node',
      'npm install webgpu @tensorflow/tfjs-backend-webgpu',
    ],
    ['WebGPU, on a Mac', mac, ['cpu'], 'cpu', 'npm install webgpu @tensorflow/tfjs-backend-webgpu'],
    ['nothing, with WebGPU in use', mac, ['webgpu', 'cpu'], 'webgpu', null],
    [
      'a package, where there is no installation',
      windows,
      ['cpu'],
      'cpu',
      'npm install @tensorflow/tfjs-node',
    ],
  ] as const)('is %s', (_, machine, usable, chosen, command) => {
    const { command: given, why } = adviseOn({ machine, usable, chosen });
    expect(given).toBe(command);
    expect(why).not.toBe('');
  });
});

const machine: Machine = {
  node: '20.20.2',
  platform: 'linux x64',
  cpu: { model: 'Some CPU', cores: 2 },
  memory: { total: 8 * 2 ** 30, free: 2 ** 30 },
  gpu: null,
};
const fault = {
  op: 'maxPool',
  case: 'maxPool 2x2',
  what: 'gradient of x',
  kind: 'wrong',
  error: 0.21,
  tolerance: 0,
  kernel: null,
  message: 'maxPool 2x2, gradient of x on wasm 4.22.0: relative error 2.1e-1, allowed 0',
} as const;

it('shows people what was measured, what is wrong, what is not there, and what to do', () => {
  const measured = backendResult(
    { name: 'wasm', available: true, reason: 'beside @utad/runtime', version: '4.22.0' },
    {
      parts: [
        backendPart,
        { part: 'gradients', checked: 38, wrong: [fault] },
        { part: 'speed', gflops: { forward: 18.04, gradients: 14 }, convolutions: [], bandwidth: 5.5 },
        {
          part: 'epochs',
          epochs: [
            { preset: 'small', seconds: 42.2, basis: 'measured' },
            { preset: 'paper', seconds: 4000, basis: 'estimated' },
          ],
        },
      ],
      problem: 'it was stopped after 90 s',
    },
  );
  const missing = backendResult({ name: 'tfjs-node', available: false, reason: 'not installed' }, undefined);
  expect(missing).toMatchObject({ gradients: { checked: 0, wrong: [] }, gflops: { forward: null } });
  const result: DoctorResult = {
    ...machine,
    backends: [missing, measured],
    chosen: 'wasm',
    improvement: { command: 'utad backend install', why: 'it is faster' },
    seconds: 30,
    notes: [],
  };
  expect(doctorText(result, (text) => `<${text}>`)).toBe(
    `
Node 20.20.2 on linux x64
Some CPU, 2 cores; 8.0 GiB of memory, 1.0 GiB of it free
no GPU found

  backend      gradients  GFLOP/s forward  with gradients  GB/s  epoch of small  epoch of paper
* wasm     1 of 38 wrong               18              14   5.5            42 s      ~1 h 7 min
* what training uses
An epoch is 200 images through both stages, from a few training steps; ~ from the operations of its layers.

Not measured:
  tfjs-node  not installed

wasm: maxPool 2x2, gradient of x on wasm 4.22.0: relative error 2.1e-1, allowed 0
wasm: it was stopped after 90 s

What would help most:
  <utad backend install>
  it is faster`.trimStart(),
  );
});

describe('utad doctor, the program', () => {
  it('measures a backend and says so in one JSON document', { timeout: 180_000 }, async () => {
    const ended = await runUtad(['doctor', '--json', '--backend', 'wasm'], { cwd: folder });
    expect(ended.stderr).toEqual([]);
    expect(ended.code).toBe(0);
    const result: DoctorResult = JSON.parse(ended.stdout);
    expect(result).toMatchObject({
      node: process.versions.node,
      cpu: { model: expect.any(String), cores: expect.any(Number) },
      memory: { total: expect.any(Number), free: expect.any(Number) },
      chosen: expect.stringMatching(/^(tfjs-node|tfjs-node-gpu|webgpu|wasm)$/),
      improvement: { why: expect.any(String) },
      notes: [expect.stringContaining('--full')],
    });
    const { backends } = result;
    expect(backends.map(({ name }) => name)).toEqual(['tfjs-node-gpu', 'webgpu', 'tfjs-node', 'wasm', 'cpu']);
    const wasm = backends.find(({ name }) => name === 'wasm');
    expect(wasm).toMatchObject({
      available: true,
      version: '4.22.0',
      problem: null,
      gradients: { wrong: [] },
    });
    expect(wasm?.gradients.checked).toBeGreaterThan(30);
    // Between a hundredth and a hundred times what this backend does here.
    expect(wasm?.gflops.forward).toBeGreaterThan(0.2);
    expect(wasm?.gflops.forward).toBeLessThan(2000);
    expect(wasm?.gflops.gradients).toBeGreaterThan(0.1);
    expect(wasm?.bandwidth).toBeGreaterThan(0.05);
    expect(wasm?.epochs.map(({ preset }) => preset)).toEqual(['small', 'fast', 'paper']);
    const [small = 0, fast = 0, paper = 0] = wasm?.epochs.map(({ seconds }) => seconds) ?? [];
    expect(small).toBeGreaterThan(1);
    expect(fast).toBeGreaterThan(small);
    expect(paper).toBeGreaterThan(fast);
    const cpu = backends.find(({ name }) => name === 'cpu');
    expect(cpu).toMatchObject({ available: true, gradients: { checked: 0 }, gflops: { forward: null } });
  });
});
