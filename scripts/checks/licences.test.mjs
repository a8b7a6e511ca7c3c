import assert from 'node:assert/strict';
import { test } from 'node:test';
import { judge } from './licences.mjs';

const allowed = (licence, name = 'some-package') => judge(name, licence).allowed;

test('the licences of the list are allowed, alone and together', () => {
  for (const licence of ['MIT', 'BlueOak-1.0.0', 'Apache-2.0 AND MIT', '(MIT OR CC0-1.0)']) {
    assert.equal(allowed(licence), true, licence);
  }
});

test('another one is not, nor is a list that needs it', () => {
  for (const licence of ['GPL-3.0-only', 'AGPL-3.0-or-later', 'MIT AND GPL-2.0-only', 'LGPL-3.0-or-later']) {
    assert.equal(allowed(licence), false, licence);
  }
});

test('where one may choose, one that is allowed is enough', () => {
  assert.equal(allowed('GPL-3.0-only OR MIT'), true);
  assert.equal(allowed('GPL-3.0-only OR AGPL-3.0-only'), false);
});

test('what is no licence in the words of SPDX is not allowed', () => {
  for (const licence of ['Unknown', 'SEE LICENSE IN LICENSE.txt', 'UNLICENSED', '', 'none stated']) {
    assert.equal(allowed(licence), false, licence);
  }
});

test('an exception is for its packages and its licence alone, and says why', () => {
  const name = '@img/sharp-libvips-linux-x64';
  assert.match(judge(name, 'LGPL-3.0-or-later').reason, /libvips/);
  assert.match(judge('@img/sharp-win32-x64', 'Apache-2.0 AND LGPL-3.0-or-later').reason, /libvips/);
  assert.equal(allowed('GPL-3.0-or-later', name), false);
  assert.equal(allowed('LGPL-3.0-or-later', 'sharp'), false);
  assert.equal(judge(name, 'MIT').reason, undefined);
});
