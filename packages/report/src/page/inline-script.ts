import { createHash } from 'node:crypto';

/**
 * Something that a page does once it is read. Its source is what the page holds, so that it may use nothing but its own
 * names and those of the browser.
 */
export type Behaviour = () => void;

/** A script of behaviours, with the source of a content security policy that lets this script run and no other. */
export interface InlineScript {
  readonly text: string;
  readonly source: string;
}

/** Makes one script, in which every behaviour stands alone. */
export function inlineScript(behaviours: readonly Behaviour[]): InlineScript {
  const text = behaviours.map((behaviour) => `(${behaviour.toString()})();`).join('\n');
  // The parser of HTML would end, or never end, the script there; nothing of ours needs to spell these.
  if (/<\/script|<!--/i.test(text)) throw new Error('inline script: expected no mark-up of scripts in it');
  return { text, source: `'sha256-${createHash('sha256').update(text).digest('base64')}'` };
}
