import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { createProgram } from '../src/program';

const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8');

/** The commands in blocks of code, comments and redirections left out. */
const commands = [...readme.matchAll(/```sh\n(.*?)```/gs)]
  .flatMap(([, block = '']) => block.split('\n'))
  .map((line) => line.replace(/ *[#>].*$/, ''))
  .filter((line) => line.startsWith('utad '));

it('README shows commands', () => {
  expect(commands.length).toBeGreaterThan(10);
});

it.each(commands)('%s is a command line that the program takes', async (line) => {
  let ran = 0;
  const program = createProgram(async () => {
    ran += 1;
  });
  for (const command of program.commands) command.exitOverride();
  await program.parseAsync(line.split(' ').slice(1), { from: 'user' });
  expect(ran).toBe(1);
});

it.each([
  'demo',
  'train',
  'evaluate',
  'compare',
  'predict',
  'export',
  'info',
  'presets',
  'data synth',
  'weights fetch',
  'weights list',
  'weights verify',
  'distance',
  'backend list',
])('README tells of %s, which there is', (name) => {
  const [first, second] = name.split(' ');
  const group = createProgram(async () => {}).commands.find((command) => command.name() === first);
  expect(group).toBeDefined();
  if (second !== undefined) expect(group?.commands.map((command) => command.name())).toContain(second);
  expect(readme).toContain(`\`utad ${first}`);
});

it.each(['train', 'evaluate', 'predict', 'presets'])(
  'the help of %s shows --detector with an example',
  (name) => {
    const command = createProgram(async () => {}).commands.find((command) => command.name() === name);
    let help = '';
    command
      ?.configureOutput({
        writeOut: (text) => {
          help += text;
        },
      })
      .outputHelp();
    expect(help).toMatch(/--detector <name\|file>/);
    expect(help).toMatch(new RegExp(`\\$ utad ${name} .*--detector \\./mean-image\\.mjs`));
  },
);
