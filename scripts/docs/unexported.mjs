import { makeRecursiveVisitor } from 'typedoc';

/**
 * Types of our own that something public mentions and no entry exports, so that a reader cannot look them up. TypeDoc's
 * own check knows one package, the workspace, which has no types.
 *
 * @param {import('typedoc').ProjectReflection} project
 * @returns {{ type: string, owner: string }[]}
 */
export function unexported(project) {
  const found = new Map();
  for (const owner of Object.values(project.reflections)) {
    const visitor = makeRecursiveVisitor({
      reference(type) {
        const ours = type.package?.startsWith('@utad/');
        if (!ours || type.reflection || type.externalUrl || type.isIntentionallyBroken()) return;
        const name = `${type.package}.${type.qualifiedName}`;
        if (!found.has(name)) found.set(name, owner.getFriendlyFullName());
      },
    });
    owner.type?.visit(visitor);
  }
  return [...found].map(([type, owner]) => ({ type, owner }));
}
