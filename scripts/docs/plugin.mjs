// What TypeDoc does not do by itself: modules under their published names with the package's README on their page, zod
// schemas without their innards, and checks that look at what a caller can name.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Converter, MinimalSourceFile, ReferenceType, ReflectionKind } from 'typedoc';
import { undocumented } from './undocumented.mjs';
import { unexported } from './unexported.mjs';

const packages = fileURLToPath(new URL('../../packages', import.meta.url));

/** @param {import('typedoc').Application} app */
export function load(app) {
  app.converter.on(Converter.EVENT_CREATE_DECLARATION, (context, reflection) => {
    if (reflection.kindOf(ReflectionKind.Module)) describeModule(app, context.project, reflection);
    else if (reflection.type instanceof ReferenceType && reflection.type.package === 'zod')
      delete reflection.type.typeArguments;
  });
  app.converter.on(Converter.EVENT_RESOLVE_END, ({ project }) => {
    for (const parameter of project.getReflectionsByKind(ReflectionKind.Parameter)) {
      if (parameter.name === '__namedParameters') parameter.name = nameFor(parameter.type);
    }
  });
  app.on('validateProject', (project) => {
    for (const name of undocumented(project)) app.logger.validationWarning(`${name} has no documentation`);
    for (const { type, owner } of unexported(project)) {
      app.logger.validationWarning(`${type} is mentioned by ${owner} and exported by no entry`);
    }
  });
}

/** `detector/src/node` becomes `@utad/files/node`; the main entry gets the README. */
function describeModule(app, project, module) {
  const [name, , ...entry] = module.name.split('/');
  module.name = ['@utad', name, ...entry].join('/');
  const readme = join(packages, name, 'README.md');
  if (entry.length > 0 || !existsSync(readme)) return;
  const source = new MinimalSourceFile(withoutTitle(readFileSync(readme, 'utf8')), readme);
  module.readme = app.converter.parseRawComment(source, project.files).content;
  project.files.registerReflectionPath(readme, module);
  project.files.registerReflectionPath(dirname(readme), module);
}

/** The page has the package's name as its title already. */
function withoutTitle(readme) {
  return readme.replace(/^# .*\n+/, '');
}

/** A destructured parameter has no name: `options` for what callers leave out at will, else after its type. */
function nameFor(type) {
  const name = type instanceof ReferenceType ? type.name : 'Options';
  return name.endsWith('Options') ? 'options' : name.charAt(0).toLowerCase() + name.slice(1);
}
