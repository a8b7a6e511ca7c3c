/**
 * pnpm writes dependencies into a package in the order in which it looked their versions up, which depends on how busy the
 * machine is. Sorted, a package is the same twice.
 */
function beforePacking(manifest) {
  for (const field of ['dependencies', 'devDependencies', 'peerDependencies']) {
    if (manifest[field] === undefined) continue;
    manifest[field] = Object.fromEntries(
      Object.entries(manifest[field]).sort(([a], [b]) => (a < b ? -1 : 1)),
    );
  }
  return manifest;
}

module.exports = { hooks: { beforePacking } };
