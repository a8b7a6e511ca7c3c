import { access, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SYNTHETIC_CATEGORIES, SYNTHETIC_DEFECTS } from '@utad/synthetic';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { UsageError } from '../src/errors';
import { createProgram } from '../src/program';
import { Output } from '../src/terminal/output';

let out: string;
beforeEach(async () => {
  out = join(await mkdtemp(join(tmpdir(), 'utad-synth-')), 'set');
});
afterEach(() => rm(join(out, '..'), { recursive: true, force: true }));

/** Runs `utad data synth` in this process, and gives the JSON document that it prints. */
async function synth(...args: string[]): Promise<unknown> {
  let printed = '';
  const output = new Output({ json: true, stdout: { write: (text) => (printed += text) } });
  const context = { output, signal: new AbortController().signal, seed: undefined, backend: undefined };
  const program = createProgram((work) => work(context));
  const small = ['--train', '1', '--good', '1', '--defective', '1', '--size', '32'];
  await program.parseAsync(['data', 'synth', '--out', out, ...small, ...args], { from: 'user' });
  return JSON.parse(printed);
}

describe('utad data synth', () => {
  it('draws the products and defects named, and says how', async () => {
    const said = await synth(
      ...['--category', 'tile', '--category', 'capsule', '--defect', 'crack', '--defect', 'stain'],
      ...[
        '--defect-size',
        '0.02-0.04',
        '--contrast',
        '0.1',
        '--severity',
        '0.4',
        '--test-split',
        'validation',
      ],
    );
    expect(said).toMatchObject({
      categories: ['tile', 'capsule'],
      images: { train: 2, test: 6 },
      defects: ['crack', 'stain'],
      defectSize: [0.02, 0.04],
      contrast: 0.1,
      severity: 0.4,
      testSplit: 'validation',
    });
    expect((await readdir(join(out, 'tile', 'test'))).sort()).toEqual(['crack', 'good', 'stain']);
  });

  it('draws of each product its own defects where none are named', async () => {
    await synth('--category', 'bolt', '--category', 'label');
    expect(await readdir(join(out, 'bolt', 'test'))).not.toContain('hole');
    expect(await readdir(join(out, 'label', 'test'))).toContain('misprint');
  });

  it.each<[string[], string]>([
    [
      ['--category', 'wood', '--defect', 'misprint'],
      '--defect: expected of wood one of scratch, hole, stain, missing, contamination, crack, received misprint',
    ],
    [['--defect', 'dust'], `--defect: expected one of ${SYNTHETIC_DEFECTS.join(', ')}, received dust`],
    [
      ['--category', 'spoon'],
      `--category: expected one of ${SYNTHETIC_CATEGORIES.join(', ')}, received spoon`,
    ],
  ])('refuses %j and draws nothing', async (args, message) => {
    await expect(synth(...args)).rejects.toThrow(new UsageError(message));
    await expect(access(out)).rejects.toThrow();
  });

  it.each([
    [['--severity', '1.5'], 'Expected a number from 0 to 1.'],
    [['--severity', 'high'], 'Expected a number from 0 to 1.'],
    [['--defect-size', '0.3'], 'Expected a number from 0.0005 to 0.2.'],
    [['--defect-size', '0.05-0.01'], 'Expected a rising range such as 0.0005-0.2.'],
    [['--contrast', '0.1-0.2-0.3'], 'Expected a rising range such as 0.02-0.6.'],
    [['--contrast', '-'], 'Expected a number from 0.02 to 0.6.'],
    [['--test-split', 'train'], 'Allowed choices are test, validation.'],
  ])('refuses %j', async (args, message) => {
    await expect(synth(...args)).rejects.toMatchObject({ code: 'commander.invalidArgument' });
    await expect(synth(...args)).rejects.toThrow(message);
  });

  it('has help that names every product and defect, and shows examples that it takes', async () => {
    const group = createProgram(async () => {}).commands.find((command) => command.name() === 'data');
    const command = group?.commands.find((one) => one.name() === 'synth');
    let help = '';
    command?.configureOutput({ writeOut: (text) => (help += text) }).outputHelp();
    for (const name of [...SYNTHETIC_CATEGORIES, ...SYNTHETIC_DEFECTS]) expect(help).toContain(name);
    const examples = [...help.matchAll(/\$ utad (.*)/g)].map(([, line = '']) => line);
    expect(examples).toHaveLength(5);
    for (const example of examples) {
      let ran = 0;
      const program = createProgram(async () => {
        ran += 1;
      });
      await program.parseAsync(example.split(' '), { from: 'user' });
      expect(ran).toBe(1);
    }
  });
});
