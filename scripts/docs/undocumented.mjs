import { ReflectionKind } from 'typedoc';

const EXPORTED =
  ReflectionKind.Class |
  ReflectionKind.Interface |
  ReflectionKind.TypeAlias |
  ReflectionKind.Variable |
  ReflectionKind.Function |
  ReflectionKind.Enum;
const MEMBER = ReflectionKind.Property | ReflectionKind.Method | ReflectionKind.Accessor;

/** Fixed by the base class, and said by it: what every error and every layer of TensorFlow.js has. */
const SAID_BY_THE_BASE = new Set(['name', 'className']);

/**
 * Names of what is exported, or a property or method of it, without a comment of its own or from what it overrides.
 * TypeDoc's own check asks the same of every property of a type literal inside those, which the comment of the whole
 * describes better.
 *
 * @param {import('typedoc').ProjectReflection} project
 * @returns {string[]}
 */
export function undocumented(project) {
  const missing = [];
  for (const exported of project.getReflectionsByKind(EXPORTED)) {
    if (!exported.parent?.kindOf(ReflectionKind.Module)) continue;
    if (!hasComment(exported)) missing.push(exported.getFriendlyFullName());
    for (const member of membersOf(exported)) {
      if (!hasComment(member)) missing.push(member.getFriendlyFullName());
    }
  }
  return missing;
}

function membersOf(exported) {
  if (exported.kindOf(ReflectionKind.Variable)) return [];
  const literal = exported.type?.type === 'reflection' ? exported.type.declaration : exported;
  return (literal.children ?? []).filter(
    (member) =>
      member.kindOf(MEMBER) &&
      !member.flags.isExternal &&
      !member.flags.isPrivate &&
      !(exported.kindOf(ReflectionKind.Class) && SAID_BY_THE_BASE.has(member.name)) &&
      !(member.inheritedFrom && member.inheritedFrom.reflection === undefined),
  );
}

function hasComment(reflection) {
  if (reflection.hasComment()) return true;
  const signatures = [...(reflection.signatures ?? []), reflection.getSignature, reflection.setSignature];
  return signatures.some((signature) => signature?.hasComment());
}
