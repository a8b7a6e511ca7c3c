/**
 * Filters and orders the gallery, and brings its pictures into the page when they are near the screen, asked for or to be
 * printed. Until then they are the text of `noscript` elements, which a browser neither parses nor decodes; without
 * scripts it shows them at once. Runs in the page: it uses nothing but its own names and those of the browser.
 */
export function galleryBehaviour(): void {
  const list = document.getElementById('gallery-rows');
  const form = document.getElementById('gallery-controls');
  const count = document.getElementById('gallery-count');
  if (!(list && form instanceof HTMLFormElement && count)) return;

  /** Puts the pictures of an element into the page, but not those of what is folded inside it. */
  function unfold(element: Element): void {
    for (const child of [...element.children]) {
      if (child.localName !== 'noscript') continue;
      const template = document.createElement('template');
      // The page's own mark-up, kept as text; what came from data is escaped in it.
      template.innerHTML = child.textContent ?? '';
      child.replaceWith(template.content);
    }
  }

  const rows = [...list.children].flatMap((element, place) => {
    if (!(element instanceof HTMLElement)) return [];
    const { verdict = '', kind: defectType = '', score = '', margin = '', name = '' } = element.dataset;
    return [{ element, place, verdict, defectType, score: Number(score), margin: Number(margin), name }];
  });
  type Row = (typeof rows)[number];
  const orders = new Map<string, (a: Row, b: Row) => number>([
    ['wrong', (a, b) => a.place - b.place],
    ['margin', (a, b) => b.margin - a.margin || a.place - b.place],
    ['down', (a, b) => b.score - a.score || a.place - b.place],
    ['up', (a, b) => a.score - b.score || a.place - b.place],
    ['name', (a, b) => a.name.localeCompare(b.name, 'en', { numeric: true }) || a.place - b.place],
  ]);

  const near = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries) {
        if (!isIntersecting) continue;
        unfold(target);
        near.unobserve(target);
      }
    },
    { rootMargin: '1200px 0px' },
  );
  for (const { element } of rows) near.observe(element);

  // A toggle does not rise, but it can be caught on its way down.
  list.addEventListener(
    'toggle',
    ({ target }) => {
      if (target instanceof HTMLDetailsElement && target.open) unfold(target);
    },
    true,
  );

  let order = 'wrong';
  function apply(): void {
    if (!(form instanceof HTMLFormElement && list && count)) return;
    const chosen = new FormData(form);
    const wanted = (name: string) => String(chosen.get(name) ?? '');
    const text = wanted('text').trim().toLowerCase();
    const verdict = wanted('verdict');
    let shown = 0;
    for (const row of rows) {
      const fits =
        (verdict === '' || verdict === row.verdict || (verdict === 'wrong' && row.verdict !== 'right')) &&
        (wanted('kind') === '' || wanted('kind') === `=${row.defectType}`) &&
        row.name.toLowerCase().includes(text);
      row.element.hidden = !fits;
      if (fits) shown++;
    }
    const compare = orders.get(wanted('order'));
    if (compare && wanted('order') !== order) {
      order = wanted('order');
      list.append(...rows.toSorted(compare).map(({ element }) => element));
    }
    const number = (value: number) => value.toLocaleString('en-GB');
    count.textContent =
      shown === 0
        ? `No image of ${number(rows.length)} fits.`
        : `${number(shown)} of ${number(rows.length)} images.`;
  }

  form.addEventListener('input', apply);
  // A form is reset after its listeners have run.
  form.addEventListener('reset', () => setTimeout(apply));
  form.addEventListener('submit', (event) => event.preventDefault());
  addEventListener('beforeprint', () => {
    for (const { element } of rows) {
      if (!element.hidden) unfold(element);
    }
  });
  form.hidden = false;
  apply();
}
