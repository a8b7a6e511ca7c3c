import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { AuditError, audit, checkExceptions, sortFindings } from './audit.mjs';

const DEPENDENCIES = [
  { name: '@scope/good', version: '1.0.0', path: '@utad/a > @scope/good' },
  { name: 'bad', version: '1.0.0', path: '@utad/a > bad' },
  { name: 'bad', version: '2.0.0', path: '@utad/b > bad' },
  { name: 'worse', version: '3.0.0', path: '@utad/b > worse' },
];
const advisory = (id, severity, range) => ({
  id: Number(id),
  url: `https://github.com/advisories/GHSA-${id}`,
  title: `what ${id} is about`,
  severity,
  vulnerable_versions: range,
  cwe: [],
  cvss: { score: 0, vectorString: null },
});

/** Runs an audit against a registry on this machine that answers as it is told. */
async function auditAt(answer) {
  const asked = [];
  const server = createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    const text = request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body;
    asked.push({ method: request.method, url: request.url, body: text.toString() });
    const { status = 200, value } = answer(request);
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value ?? {}));
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const registry = `http://127.0.0.1:${server.address().port}/`;
  try {
    const env = { ...process.env, npm_config_registry: registry, npm_config_fetch_retries: '0' };
    return { asked, findings: await audit(DEPENDENCIES, { env }) };
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

const isBulk = ({ url }) => url.endsWith('/security/advisories/bulk');

test('every version is asked about, and a finding names advisory, severity, versions and paths', async () => {
  const { asked, findings } = await auditAt((request) => {
    if (!isBulk(request)) {
      const name = decodeURIComponent(request.url.slice(1));
      const versions = Object.fromEntries(
        ['1.0.0', '2.0.0', '3.0.0'].map((version) => [version, { name, version }]),
      );
      return { value: { name, versions, 'dist-tags': { latest: '3.0.0' } } };
    }
    return { value: { bad: [advisory('1', 'high', '>=2.0.0')], worse: [advisory('2', 'low', '<4')] } };
  });
  const bulk = asked.find(isBulk);
  assert.deepEqual(JSON.parse(bulk.body), {
    '@scope/good': ['1.0.0'],
    bad: ['1.0.0', '2.0.0'],
    worse: ['3.0.0'],
  });
  assert.deepEqual(findings, [
    {
      advisory: 'GHSA-1',
      severity: 'high',
      title: 'what 1 is about',
      url: 'https://github.com/advisories/GHSA-1',
      name: 'bad',
      versions: ['2.0.0'],
      paths: ['@utad/b > bad'],
      range: '>=2.0.0',
    },
    {
      advisory: 'GHSA-2',
      severity: 'low',
      title: 'what 2 is about',
      url: 'https://github.com/advisories/GHSA-2',
      name: 'worse',
      versions: ['3.0.0'],
      paths: ['@utad/b > worse'],
      range: '<4',
    },
  ]);
});

test('nothing known is no finding', async () => {
  assert.deepEqual((await auditAt(() => ({ value: {} }))).findings, []);
});

for (const status of [404, 405, 410]) {
  test(`a registry that answers ${status} does not offer it`, async () => {
    assert.equal((await auditAt(() => ({ status }))).findings, undefined);
  });
}

test('a registry that fails is no registry without findings', async () => {
  await assert.rejects(
    auditAt(() => ({ status: 500 })),
    (error) => error instanceof AuditError && /could not be asked/.test(error.message),
  );
});

const finding = (name, severity, id) => ({ name, severity, advisory: id });

test('high and critical findings fail, others are shown', () => {
  const all = ['low', 'moderate', 'high', 'critical'].map((severity) =>
    finding(severity, severity, severity),
  );
  const { failing, shown } = sortFindings(all, []);
  assert.deepEqual(
    [failing.map(({ name }) => name), shown.map(({ name }) => name)],
    [
      ['high', 'critical'],
      ['low', 'moderate'],
    ],
  );
});

test('an exception is for one advisory of one package, and is told when it is not needed', () => {
  const exceptions = [
    { advisory: 'A', package: 'bad', reason: 'never called' },
    { advisory: 'B', package: 'bad', reason: 'gone' },
  ];
  const found = [finding('bad', 'high', 'A'), finding('worse', 'high', 'A'), finding('bad', 'high', 'C')];
  const { failing, excepted, unneeded } = sortFindings(found, exceptions);
  assert.deepEqual(failing, [found[1], found[2]]);
  assert.deepEqual(excepted, [[found[0], 'never called']]);
  assert.deepEqual(unneeded, [exceptions[1]]);
});

test('an exception without a reason is refused', () => {
  assert.throws(() => checkExceptions([{ advisory: 'A', package: 'bad', reason: ' ' }]), /expected "reason"/);
});
