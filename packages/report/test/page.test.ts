import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { html } from '../src/page/html';
import { inlineScript, page } from '../src/page/page';

const content = { title: 'a <page>', sort: 'report', createdAt: '2026-03-01T14:05:09.000Z', sections: [] };
const policyOf = (text: string) => /Content-Security-Policy" content="([^"]*)"/.exec(text)?.[1] ?? '';

describe('a page', () => {
  it('may run the one script that it was made with, and nothing else', () => {
    const text = page({ ...content, behaviours: [() => document.title.toString()] });
    const scripts = [...text.matchAll(/<script>([\s\S]*?)<\/script>/g)].map(([, script]) => script ?? '');
    expect(scripts).toHaveLength(1);
    const hash = createHash('sha256')
      .update(scripts[0] ?? '')
      .digest('base64');
    expect(policyOf(text)).toContain(`script-src &#39;sha256-${hash}&#39;`);
    expect(policyOf(text)).toMatch(/^default-src &#39;none&#39;; /);
    expect(policyOf(text)).not.toMatch(/script-src[^;]*unsafe|https?:|\*/);
  });

  it('may run nothing where it does nothing', () => {
    const text = page(content);
    expect(text).not.toContain('<script');
    expect(policyOf(text)).not.toContain('script-src');
  });

  it('links to the sections that it has, and to no others', () => {
    const text = page({
      ...content,
      sections: [
        { id: 'one', name: 'One', heading: 'The first one', content: html`<p>It is there.</p>` },
        undefined,
      ],
    });
    expect([...text.matchAll(/href="([^"]*)"/g)].map(([, target]) => target)).toEqual(['#one']);
    expect(text).toContain('a &lt;page&gt;');
  });
});

describe('an inline script', () => {
  it('runs each behaviour apart', () => {
    const { text } = inlineScript([() => performance.now(), () => performance.mark('b')]);
    expect(text.split('\n')).toHaveLength(2);
    expect(() => new Function(text)()).not.toThrow();
  });

  it('is refused where the parser of HTML would end it', () => {
    expect(() => inlineScript([() => document.write('<!--')])).toThrow(
      'inline script: expected no mark-up of scripts in it',
    );
  });
});
