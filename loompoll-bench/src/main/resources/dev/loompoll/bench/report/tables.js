'use strict';
// The same as figures: heat table, sortable tables, CSV.

const KEYS = Object.keys(looks.figures);

function nameCell(name) {
  return element('th', { scope: 'row', class: isHero(name) ? 'hero' : undefined }, swatch(name), name);
}

// Blue is better than the baseline, orange worse: told apart by everybody; the figure says it too.
function heatColour(ratio, key) {
  const good = Math.log2(ratio) * (higherIsBetter(key) ? 1 : -1);
  const strength = Math.min(1, Math.abs(good) / Math.log2(1.6));
  if (!(strength > 0)) return chosen.dark ? '#20262e' : '#eceff3';
  const [r, g, b] = good > 0 ? (chosen.dark ? [46, 120, 200] : [70, 150, 225]) : chosen.dark ? [190, 100, 25] : [240, 150, 60];
  return `rgb(${r} ${g} ${b} / ${(0.1 + 0.6 * strength).toFixed(2)})`;
}

function heatTable() {
  const key = (chapter) => (chosen.figure === 'main' ? chapter.main : chosen.figure);
  const chapters = run.chapters.filter((c) => has(c, key(c)));
  const head = element('tr', {}, element('th', { scope: 'col' }, `relative to ${chosen.baseline}`),
    ...chapters.map((c) => element('th', { scope: 'col' },
      element('a', { href: `#chapter-${run.chapters.indexOf(c)}` }, c.title),
      element('br'), element('small', {}, higherIsBetter(key(c)) ? '↑ better' : '↓ better'))));
  const rows = contestants.filter((name) => !chosen.hidden.has(name)).map((name) =>
    element('tr', {}, nameCell(name), ...chapters.map((c) => heatCell(c, name, key(c)))));
  document.getElementById('heat').replaceChildren(element('thead', {}, head), element('tbody', {}, ...rows));
}

function heatCell(chapter, name, key) {
  const baseline = baselineOf(chapter);
  const r = ratios(chapter, name, key, baseline);
  if (!r) {
    const why = chapter.leftOut[name] ?? (turnsOf(chapter, name).length ? 'no ratio: the baseline has none' : 'did not take part');
    return element('td', { class: 'none', title: why }, '–');
  }
  const other = baseline === chosen.baseline ? '' : ` (to ${baseline}, as ${chosen.baseline} did not take part)`;
  const f = figures(chapter, name, key);
  const cell = element('td', { title: `${name}, ${chapter.title}: ${longLabel(key, chapter)} ${amount(key, f.median, chapter)}${other}` },
    element('b', {}, ratioText(r.median) + (other ? '*' : '')),
    name === baseline ? element('small', {}, 'baseline') : element('small', {}, `${ratioText(r.min)}–${ratioText(r.max)}`));
  cell.style.background = heatColour(r.median, key);
  return cell;
}

function scaleText() {
  const box = (ratio) => {
    const e = element('i', { 'aria-hidden': 'true' });
    e.style.background = heatColour(ratio, 'rate');
    return e;
  };
  const starred = run.chapters.some((c) => baselineOf(c) !== chosen.baseline);
  document.getElementById('scale').replaceChildren(
    box(1 / 1.6), 'worse than the baseline', box(1), 'the same', box(1.6), 'better. Median of the ratios of the rounds, and their range.',
    starred ? ` * The chosen baseline did not take part: relative to ${[...new Set(run.chapters.map(baselineOf))].filter((b) => b !== chosen.baseline).join(', ')}.` : '');
}

// Columns: { title, text(row), value(row) }. A click on a title sorts by it.
function sortable(columns, rows) {
  const body = element('tbody');
  const fill = (sorted) => body.replaceChildren(...sorted.map((row) =>
    element('tr', {}, ...columns.map((c, i) => (i === 0 ? nameCell(c.value(row)) : element('td', {}, c.text(row)))))));
  const heads = columns.map((c) => element('th', { scope: 'col' }, element('button', { type: 'button', on: { click: () => sort(c) } }, c.title)));
  function sort(column) {
    const head = heads[columns.indexOf(column)];
    const down = head.getAttribute('aria-sort') === 'ascending';
    heads.forEach((h) => h.removeAttribute('aria-sort'));
    head.setAttribute('aria-sort', down ? 'descending' : 'ascending');
    const known = (v) => typeof v === 'string' || Number.isFinite(v);
    fill([...rows].sort((a, b) => {
      const [x, y] = [column.value(a), column.value(b)];
      if (!known(x) || !known(y)) return known(y) - known(x); // what was not measured comes last
      return (down ? -1 : 1) * (typeof x === 'string' ? x.localeCompare(y) : x - y);
    }));
  }
  fill(rows);
  return element('table', {}, element('thead', {}, element('tr', {}, ...heads)), body);
}

function measured(chapter) {
  return KEYS.filter((key) => has(chapter, key));
}

function summaryTable(chapter) {
  const main = chapter.main;
  const baseline = baselineOf(chapter);
  const of = new Map(present(chapter).map((name) => [name, ratios(chapter, name, main, baseline)]));
  return sortable([
    { title: 'contestant', value: (name) => name },
    { title: `${label(main)} / ${baseline}`, value: (name) => of.get(name)?.median, text: (name) => range(of.get(name), ratioText) },
    ...measured(chapter).map((key) => ({
      title: label(key),
      value: (name) => figures(chapter, name, key)?.median,
      text: (name) => range(figures(chapter, name, key), (v) => amount(key, v, chapter)),
    })),
  ], present(chapter));
}

function range(s, text) {
  if (!s) return '–';
  return element('span', {}, text(s.median), element('small', {}, ` (${text(s.min)}–${text(s.max)})`));
}

function roundsTable(chapter) {
  const rows = present(chapter).flatMap((name) => turnsOf(chapter, name).map((turn, i) => ({ name, round: i + 1, turn })));
  return sortable([
    { title: 'contestant', value: (r) => r.name },
    { title: 'round', value: (r) => r.round, text: (r) => `${r.round}` },
    ...measured(chapter).map((key) => ({
      title: label(key), value: (r) => r.turn.figures[key], text: (r) => amount(key, r.turn.figures[key], chapter),
    })),
  ], rows);
}

// A field that a spreadsheet would take for a formula gets a quote in front.
function csvField(value) {
  const text = typeof value === 'string' && /^[=+\-@\t\r]/.test(value) ? `'${value}` : `${value ?? ''}`;
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function csv(chapter) {
  const keys = measured(chapter);
  const rows = [['workload', 'contestant', 'round', ...keys]];
  for (const name of contestants) {
    turnsOf(chapter, name).forEach((turn, i) => rows.push([chapter.id, name, i + 1, ...keys.map((key) => turn.figures[key])]));
  }
  return rows.map((row) => row.map(csvField).join(',')).join('\n') + '\n';
}

async function copy(text, what) {
  const said = document.getElementById('said');
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = element('textarea', { class: 'unseen' }); // a page from a file may not use the other way
    area.value = text;
    document.body.append(area);
    area.select();
    document.execCommand('copy');
    area.remove();
  }
  said.textContent = `${what} copied`;
}
