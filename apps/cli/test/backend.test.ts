import { spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';

const bin = fileURLToPath(new URL('../bin/utad.js', import.meta.url));
const root = mkdtempSync(join(tmpdir(), 'utad-backend-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

let machines = 0;

/** A machine with these programs and no others, an empty cache and an empty project. */
function machine(programs: Readonly<Record<string, string>> = {}) {
  const folder = join(root, String(machines++));
  for (const name of ['bin', 'cache', 'home', 'project']) mkdirSync(join(folder, name), { recursive: true });
  for (const name of ['sh', 'cat']) symlinkSync(`/bin/${name}`, join(folder, 'bin', name));
  for (const [name, script] of Object.entries(programs)) {
    writeFileSync(join(folder, 'bin', name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(folder, 'bin', name), 0o755);
  }
  const env = {
    PATH: join(folder, 'bin'),
    XDG_CACHE_HOME: join(folder, 'cache'),
    HOME: join(folder, 'home'),
  };
  const utad = (...args: string[]) => {
    const options = { cwd: join(folder, 'project'), env, encoding: 'utf8' } as const;
    const { status, stdout, stderr } = spawnSync(process.execPath, [bin, ...args], options);
    return { status, stdout, stderr: stderr.split('\n').filter((line) => line !== '') };
  };
  return { folder, env, utad, cached: () => readdirSync(join(folder, 'cache'), { recursive: true }) };
}

/** Of every process of this machine. */
const commandLines = () =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => {
      try {
        return readFileSync(join('/proc', pid, 'cmdline'), 'utf8').replaceAll('\0', ' ');
      } catch {
        // It has ended meanwhile.
        return '';
      }
    });

const PYTHON = 'case "$1" in -c) echo 3.11.4;; *) echo "No module named pip" >&2; exit 1;; esac';
const linux = process.platform === 'linux';

describe.skipIf(!linux)(`utad backend${linux ? '' : ': skipped, this is not Linux'}`, () => {
  test('install says in one line what is missing, what to do and what is used until then', () => {
    const { utad, cached } = machine({ python3: PYTHON });
    const { status, stdout, stderr } = utad('backend', 'install');
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toEqual([
      expect.stringMatching(
        /^utad: native TensorFlow was not installed \(tools\): python3 has no pip; install it: .*apt install python3-pip.* \(until then utad uses (wasm|cpu|webgpu)\)$/,
      ),
    ]);
    expect(cached()).toEqual([]);
  });

  test('install --gpu stops before anything else where there is no GPU', () => {
    const { utad, cached } = machine({ 'nvidia-smi': 'exit 9' });
    const { status, stderr } = utad('backend', 'install', '--gpu');
    expect(status).toBe(1);
    expect(stderr).toEqual([expect.stringMatching(/\(tools\): no NVIDIA GPU was found .*--force/)]);
    expect(cached()).toEqual([]);
  });

  test('install --gpu says what it takes on the disk, and that it is untested, before it downloads', () => {
    const { utad } = machine({
      'nvidia-smi': 'echo "NVIDIA Stand-In, 550.54.15"',
      python3: `case "$1" in -c) echo 3.11.4;; *) case "$*" in *--version) echo "pip 23.0.1";; *) echo "ERROR: No matching distribution found for tensorflow==2.21.0" >&2; exit 1;; esac;; esac`,
      make: '',
      npm: 'echo undefined',
      'g++': 'cat > /dev/null',
    });
    const { stderr } = utad('backend', 'install', '--gpu');
    const told = stderr.findIndex((line) =>
      /^about 9\.0 GB of free space needed, .* not on a GPU$/.test(line),
    );
    expect(told).toBeGreaterThanOrEqual(0);
    expect(stderr.slice(0, told).join()).not.toContain('downloading');
  });

  test('a Ctrl-C during the installation ends it with 130 and leaves nothing', async () => {
    const { folder, env, cached } = machine({
      python3: `case "$1" in -c) echo 3.11.4;; *) case "$*" in *--version) echo "pip 23.0.1";; *) sleep 47.11;; esac;; esac`,
      make: '',
      npm: '',
      'g++': 'cat > /dev/null',
    });
    symlinkSync('/bin/sleep', join(folder, 'bin', 'sleep'));
    const headers = join(folder, 'headers');
    mkdirSync(join(headers, 'src'), { recursive: true });
    writeFileSync(join(headers, 'src', 'node_api.h'), '');
    const child = spawn(process.execPath, [bin, 'backend', 'install'], {
      cwd: join(folder, 'project'),
      env: { ...env, npm_config_nodedir: headers },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
      if (text.includes('of free space needed')) setTimeout(() => child.kill('SIGINT'), 1000);
    });
    const code = await new Promise((resolve) => child.on('close', resolve));
    expect({ code, last: stderr.trim().split('\n').at(-1) }).toEqual({
      code: 130,
      last: 'utad: interrupted',
    });
    expect(cached()).toEqual(['utad', 'utad/native']);
    expect(commandLines()).not.toContain('sleep 47.11 ');
  });

  test('list gives a reason for every backend, and what to run', () => {
    const { utad } = machine();
    const { status, stdout } = utad('backend', 'list', '--json');
    expect(status).toBe(0);
    const { backends }: { backends: { name: string; available: boolean; reason: string }[] } =
      JSON.parse(stdout);
    for (const { reason } of backends) expect(reason).not.toBe('');
    const reason = (name: string) => backends.find((backend) => backend.name === name)?.reason;
    expect(reason('tfjs-node')).toContain('utad backend install');
    expect(reason('tfjs-node-gpu')).toContain('no NVIDIA GPU was found');
  });

  test('remove tells what it freed, and ends well where there is nothing to remove', () => {
    const { folder, utad, cached } = machine();
    expect(utad('backend', 'remove')).toEqual({
      status: 0,
      stdout: 'nothing was there to remove\n',
      stderr: [],
    });
    expect(cached()).toEqual([]);

    const native = join(folder, 'cache', 'utad', 'native');
    const put = (path: string, bytes: number) => {
      mkdirSync(join(native, path, '..'), { recursive: true });
      writeFileSync(join(native, path), Buffer.alloc(bytes));
    };
    put('tfjs-node-4.22.0-tf2.21.0-linux-x64/lib/libtensorflow_cc.so.2', 3_000_000);
    put('tfjs-node-gpu-4.22.0-tf2.21.0-linux-x64/lib/libtensorflow_cc.so.2', 10);
    put('staging-x/download/half.whl', 1_000_000);
    put('notes.txt', 5);
    const removed = utad('backend', 'remove');
    expect(removed.stdout).toBe(
      `removed ${join(native, 'tfjs-node-4.22.0-tf2.21.0-linux-x64')}: 4 MB freed\n`,
    );
    expect(readdirSync(native).sort()).toEqual(['notes.txt', 'tfjs-node-gpu-4.22.0-tf2.21.0-linux-x64']);
    expect(JSON.parse(utad('backend', 'remove', '--gpu', '--json').stdout)).toEqual({
      removed: [join(native, 'tfjs-node-gpu-4.22.0-tf2.21.0-linux-x64')],
      bytes: 10,
    });
    expect(readdirSync(native)).toEqual(['notes.txt']);
  });
});
