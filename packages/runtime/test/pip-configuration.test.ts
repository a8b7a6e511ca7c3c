import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { pipConfiguration } from '../src/node/install/wheel';

describe('pipConfiguration', () => {
  let folder: string;
  const homeWith = (name: string, configured: boolean) => {
    const home = join(folder, name);
    mkdirSync(join(home, '.config', 'pip'), { recursive: true });
    if (configured) writeFileSync(join(home, '.config', 'pip', 'pip.conf'), '[global]\n');
    return home;
  };
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'utad-pip-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it("names the account's configuration where HOME was moved to an empty folder", () => {
    const account = homeWith('account', true);
    expect(pipConfiguration(homeWith('moved', false), account, {})).toEqual({
      PIP_CONFIG_FILE: join(account, '.config', 'pip', 'pip.conf'),
    });
  });

  it('adds nothing where HOME is the account’s, is set up itself, or the user named a file', () => {
    const account = homeWith('account', true);
    const moved = homeWith('moved', true);
    expect(pipConfiguration(account, account, {})).toEqual({});
    expect(pipConfiguration(moved, account, {})).toEqual({});
    expect(pipConfiguration(homeWith('empty', false), account, { PIP_CONFIG_FILE: '/x' })).toEqual({});
  });

  it('adds nothing where the account has no configuration', () => {
    expect(pipConfiguration(homeWith('moved', false), homeWith('account', false), {})).toEqual({});
  });
});
