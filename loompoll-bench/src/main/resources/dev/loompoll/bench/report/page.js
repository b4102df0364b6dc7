'use strict';
// The page: what the reader chooses, and everything drawn anew for it.

const drawn = []; // { chart, spec, box }

function theme() {
  const asked = new URLSearchParams(location.search).get('theme');
  const root = document.documentElement;
  if (asked && !root.dataset.theme) root.dataset.theme = asked === 'dark' ? 'dark' : 'light';
  const system = matchMedia('(prefers-color-scheme: dark)').matches;
  chosen.dark = !chosen.paper && (root.dataset.theme ? root.dataset.theme === 'dark' : system);
  document.getElementById('theme').textContent = chosen.dark ? 'Light' : 'Dark';
}

function tiles() {
  const chapters = ['ping-pong-64-100', 'ping-pong-64-1000'].map((id) => run.chapters.find((c) => c.id === id)).filter(Boolean);
  const used = chapters.length ? chapters : run.chapters.filter((c) => c.main === 'rate').slice(0, 2);
  const found = used.filter((c) => turnsOf(c, looks.hero).length);
  const against = ['jdk-virtual', 'go', 'netty-epoll', 'c-epoll'].filter((name) => contestants.includes(name));
  const [about, words] = common(found.map((c) => c.title));
  const made = against.map((name) => {
    const all = found.map((c, i) => [ratios(c, looks.hero, c.main, name), words[i]]).filter(([r]) => r);
    if (!all.length) return null;
    const range = (r) => `${ratioText(r.min)}–${ratioText(r.max)}`;
    const [first, firstWords] = all[0];
    return element('div', { class: 'tile' },
      element('h3', {}, 'Loompoll vs ', element('b', {}, name)),
      element('div', { class: 'big' }, ratioText(first.median), element('small', {}, '×')),
      element('p', {}, `${firstWords}: ${range(first)}`),
      ...all.slice(1).map(([r, w]) => element('p', {}, `${w}: ${ratioText(r.median)}× (${range(r)})`)));
  }).filter(Boolean);
  document.getElementById('tiles').replaceChildren(...made);
  document.getElementById('about').textContent = made.length
    ? `${upper([about, longLabel(found[0].main, found[0])].filter(Boolean).join(', '))}: median of the rounds' ratios, and their range.` : '';
}

// What titles begin with alike, and what is left of each.
function common(titles) {
  const parts = titles.map((t) => t.split(', '));
  let n = 0;
  while (parts.length > 1 && parts.every((p) => p.length > n + 1 && p[n] === parts[0][n])) n++;
  return [parts.length ? parts[0].slice(0, n).join(', ') : '', parts.map((p) => p.slice(n).join(', '))];
}

function controls() {
  const select = document.getElementById('baseline');
  const votes = run.chapters.map((c) => c.baseline);
  const usual = [...new Set(votes)].sort((a, b) => votes.filter((v) => v === b).length - votes.filter((v) => v === a).length)[0];
  const asked = new URLSearchParams(location.search).get('baseline');
  chosen.baseline = contestants.includes(asked) ? asked : usual ?? contestants[0];
  select.append(...contestants.map((name) => element('option', { value: name, selected: name === chosen.baseline }, name)));
  select.addEventListener('change', () => { chosen.baseline = select.value; draw(); });

  const figure = document.getElementById('figure');
  const offered = ['main', 'cpu', 'p50', 'p99', 'p999', 'userInstructions'].filter((key) => key === 'main' || run.chapters.some((c) => has(c, key)));
  figure.append(...offered.map((key) => element('option', { value: key }, key === 'main' ? 'what the workload is about' : label(key))));
  figure.addEventListener('change', () => { chosen.figure = figure.value; heatTable(); overviewText(); });

  document.getElementById('theme').addEventListener('click', () => {
    document.documentElement.dataset.theme = chosen.dark ? 'light' : 'dark';
    draw();
  });
  document.getElementById('copy-json').addEventListener('click', () => copy(JSON.stringify(run), 'The run'));
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', draw);
}

function chips() {
  document.getElementById('chips').replaceChildren(...contestants.map((name) => element('button', {
    type: 'button', class: isHero(name) ? 'chip hero' : 'chip', 'aria-pressed': `${!chosen.hidden.has(name)}`,
    on: { click: () => { if (!chosen.hidden.delete(name)) chosen.hidden.add(name); draw(); document.querySelector(`[data-name="${CSS.escape(name)}"]`)?.focus(); } },
    'data-name': name,
  }, swatch(name), name)));
}

function overviewText() {
  const what = chosen.figure === 'main' ? 'what each workload is about' : label(chosen.figure);
  document.getElementById('overview-text').textContent = `Ratios of ${what} to ${chosen.baseline}. A workload's title leads to its charts.`;
}

function chapterOf(section) {
  return run.chapters[Number(section.dataset.chapter)];
}

function figureFor(spec) {
  const box = element('div', { role: 'img', 'aria-label': spec.aria });
  box.style.height = `${spec.height}px`;
  const card = element('figure', { class: spec.wide ? 'wide' : undefined }, element('figcaption', {}, element('b', {}, spec.title), spec.text), box);
  return { spec, box, card };
}

function drawChapter(section) {
  const chapter = chapterOf(section);
  const cards = chartsOf(chapter).map(figureFor);
  if (cards.filter((c) => !c.spec.wide).length === 1) cards.forEach((c) => c.card.classList.add('wide'));
  section.querySelector('.charts').replaceChildren(...cards.map((c) => c.card));
  for (const { spec, box } of cards) {
    const chart = echarts.init(box, null, { renderer: 'svg' });
    chart.setOption(spec.option(box.clientWidth));
    drawn.push({ chart, spec, box });
  }
  const details = section.querySelector('details.figures');
  if (details.open) fillTables(section);
}

function fillTables(section) {
  const chapter = chapterOf(section);
  section.querySelector('.tables').replaceChildren(
    element('button', { type: 'button', class: 'copy', on: { click: () => copy(csv(chapter), `Figures of ${chapter.id}`) } }, 'Copy CSV'),
    element('div', { class: 'scroll' }, summaryTable(chapter)),
    element('details', {}, element('summary', {}, 'Every round'), element('div', { class: 'scroll' }, roundsTable(chapter))));
}

function draw() {
  theme();
  drawn.splice(0).forEach(({ chart }) => chart.dispose());
  chips();
  tiles();
  heatTable();
  scaleText();
  overviewText();
  document.querySelectorAll('[data-chapter]').forEach(drawChapter);
  document.querySelectorAll('[data-contestant]').forEach((cell) => {
    cell.querySelector('.swatch')?.remove();
    if (looks.colours[cell.dataset.contestant]) cell.prepend(swatch(cell.dataset.contestant));
  });
}

function refit() {
  for (const { chart, spec, box } of drawn) {
    chart.resize();
    chart.setOption(spec.option(box.clientWidth), true);
  }
}

controls();
draw();
document.querySelectorAll('[data-chapter]').forEach((section) =>
  section.querySelector('details.figures').addEventListener('toggle', (e) => { if (e.target.open) fillTables(section); }));

let width = innerWidth;
addEventListener('resize', () => {
  if (innerWidth !== width && !chosen.paper) { width = innerWidth; requestAnimationFrame(refit); }
});
// Paper is white, and narrower than the window.
addEventListener('beforeprint', () => {
  chosen.paper = true;
  document.body.style.width = '690px';
  draw();
});
addEventListener('afterprint', () => {
  chosen.paper = false;
  document.body.style.width = '';
  draw();
});
