'use strict';
// The charts of a chapter. Each gives { title, text, wide, height, option(width) } or null where there is nothing to show.

function best(names, key, value) {
  const sign = higherIsBetter(key) ? -1 : 1;
  return [...names].sort((a, b) => sign * (value(a) - value(b)));
}

const rowHeight = 30;
const barHeight = (names) => names.length * rowHeight + 56;

// Beyond this factor between the longest bar and the shortest only logarithms show both.
const LINEAR = 25;

function ratioChart(chapter, key) {
  const baseline = baselineOf(chapter);
  const all = new Map();
  for (const name of present(chapter)) {
    const r = ratios(chapter, name, key, baseline);
    if (r) all.set(name, r);
  }
  if (!all.size) return null;
  const names = best(all.keys(), key, (name) => all.get(name).median);
  const medians = names.map((name) => all.get(name).median);
  const positive = names.flatMap((name) => all.get(name).values).filter((v) => v > 0);
  const log = Math.max(...medians) / Math.min(...positive) > LINEAR;
  const least = log ? 10 ** Math.floor(Math.log10(Math.min(...positive)) - 0.3) : 0;
  const top = best(names, key, (name) => all.get(name).median)[0];
  return {
    title: `${upper(longLabel(key, chapter))}, relative to ${baseline}`,
    text: `${higherIsBetter(key) ? 'More' : 'Less'} is better${log ? '; logarithmic' : ''}. Bar: median; line: range; dots: rounds.`,
    aria: `Bar chart: ${longLabel(key, chapter)} relative to ${baseline}. ${upper(top)} is first with ${ratioText(all.get(top).median)}.`,
    wide: true,
    height: barHeight(names),
    option(width) {
      const small = narrow(width);
      const words = (name) => {
        const r = all.get(name);
        const range = `${ratioText(r.min)}–${ratioText(r.max)}`;
        return name === baseline ? 'baseline' + (small ? '' : `  ·  ${amount(key, figures(chapter, name, key).median, chapter)}`) : r.max === 0 ? 'none' : small ? range : `${range}  ·  ${amount(key, figures(chapter, name, key).median, chapter)}`;
      };
      return {
        ...base(width),
        grid: { left: small ? 112 : 150, right: wordsColumn(width, true) + 12, top: 22, bottom: 28 },
        xAxis: valueAxis('', chapter, {
          type: log ? 'log' : 'value',
          min: log ? least : 0,
          axisLabel: { color: ink().muted, fontSize: 11.5, hideOverlap: true, formatter: (v) => `${+v.toPrecision(3)}` },
        }),
        yAxis: nameAxis(names, width),
        tooltip: {
          ...base(width).tooltip,
          trigger: 'axis',
          axisPointer: { type: 'none' },
          formatter(points) {
            const name = names[points[0].dataIndex];
            const rounds = all.get(name).values.map(ratioText).join('  ');
            const f = figures(chapter, name, key);
            return tip(`${name} / ${baseline}`, [
              [name, 'median', amount(key, f.median, chapter)],
              [name, 'range', `${amount(key, f.min, chapter)} – ${amount(key, f.max, chapter)}`],
              [name, 'ratios by round', rounds],
            ]);
          },
        },
        series: [
          {
            type: 'bar',
            barWidth: '62%',
            data: names.map((name) => ({
              value: Math.max(all.get(name).median, least),
              itemStyle: { color: colour(name), borderRadius: [0, 4, 4, 0], opacity: isHero(name) ? 1 : 0.88 },
            })),
            markLine: {
              silent: true,
              symbol: 'none',
              data: [{ xAxis: 1 }],
              lineStyle: { color: ink().text, type: 'dashed', width: 1, opacity: 0.6 },
              label: { formatter: baseline, position: 'start', color: ink().muted, fontSize: 11, distance: 4 },
            },
          },
          ...dots(names.filter((name) => name !== baseline).map((name) => [name, all.get(name).values]), least),
          whiskers(names.map((name, i) => [i, all.get(name).min, all.get(name).max, `${ratioText(all.get(name).median)}×`, words(name)]), width, least),
        ],
      };
    },
  };
}

// Two figures side by side or stacked, in absolute units.
function pairChart(chapter, [first, second], { title, text, stacked, wide }) {
  const names = present(chapter).filter((name) => figures(chapter, name, first) || figures(chapter, name, second));
  if (!names.length) return null;
  const value = (name, key) => figures(chapter, name, key)?.median ?? 0;
  const total = (name) => (stacked ? value(name, first) + value(name, second) : value(name, first));
  const sorted = best(names, first, total);
  const bar = (key, palely) => ({
    type: 'bar',
    name: label(key),
    stack: stacked ? 'all' : undefined,
    barWidth: stacked ? '62%' : '36%',
    barGap: '4%',
    data: sorted.map((name) => ({
      value: value(name, key),
      itemStyle: { color: palely ? pale(colour(name)) : colour(name), borderColor: colour(name), borderWidth: palely ? 1 : 0 },
    })),
  });
  const words = (name, small) => {
    if (!figures(chapter, name, second)) return '';
    const other = amount(second, value(name, second), chapter);
    if (small) return stacked ? '' : ` ${other}`;
    return stacked ? `${amount(first, value(name, first), chapter)} + ${other}` : `${label(second)} ${other}`;
  };
  return {
    title,
    text,
    aria: `Bar chart: ${title}. ${upper(sorted[0])} has the ${higherIsBetter(first) ? 'most' : 'least'}.`,
    wide,
    height: barHeight(sorted) - 14,
    option(width) {
      const small = narrow(width);
      const end = (name) => (stacked ? total(name) : Math.max(value(name, first), value(name, second)));
      return {
        ...base(width),
        grid: { left: small ? 112 : 150, right: wordsColumn(width, small && !stacked) + 12, top: 8, bottom: 28 },
        xAxis: valueAxis(first, chapter, unitOf(first) === 'bytes' ? binaryScale(Math.max(...sorted.map(end))) : {}),
        yAxis: nameAxis(sorted, width),
        tooltip: {
          ...base(width).tooltip,
          trigger: 'axis',
          axisPointer: { type: 'none' },
          formatter(points) {
            const name = sorted[points[0].dataIndex];
            return tip(title, [first, second].filter((key) => figures(chapter, name, key)).map((key) => {
              const f = figures(chapter, name, key);
              return [name, label(key), amount(key, f.median, chapter), `${amount(key, f.min, chapter)} – ${amount(key, f.max, chapter)}`];
            }));
          },
        },
        series: [
          bar(first, false),
          bar(second, true),
          whiskers(sorted.map((name, i) => [i, end(name), end(name), amount(first, total(name), chapter), words(name, small)]), width, 0),
        ],
      };
    },
  };
}

function latencyChart(chapter) {
  const all = curves(chapter);
  if (!all.size) return null;
  const names = [...all.keys()];
  const furthest = Math.max(...[...all.values()].map((points) => points.at(-1)[0]));
  const latencies = [...all.values()].flat().map(([, v]) => v);
  const [lowest, highest] = [Math.min(...latencies), Math.max(...latencies)];
  const last = Math.max(1, Math.ceil(furthest - 0.01));
  return {
    title: 'Latency by percentile',
    text: 'Median of the rounds at each percentile; each step to the right is one more nine. Lower and flatter is better.',
    aria: `Line chart: latency by percentile, for ${names.join(', ')}. The table has the percentiles.`,
    wide: true,
    height: 400,
    option(width) {
      const small = narrow(width);
      return {
        ...base(width),
        grid: { left: 58, right: small ? 124 : 170, top: 16, bottom: 44 },
        xAxis: valueAxis('', chapter, {
          min: 0,
          max: Math.min(last, furthest + 0.05),
          interval: 1,
          name: 'percentile',
          nameLocation: 'middle',
          nameGap: 28,
          nameTextStyle: { color: ink().muted, fontSize: 11.5 },
          axisLabel: { color: ink().muted, fontSize: 11.5, hideOverlap: true, showMaxLabel: true, formatter: (v) => (Math.abs(v - Math.round(v)) < 1e-6 ? ninesText(v) : '') },
        }),
        yAxis: valueAxis('p50', chapter, { type: 'log', min: lowest * 0.8, max: highest * 1.25, axisLabel: { color: ink().muted, fontSize: 11.5, hideOverlap: true, customValues: decades(lowest * 0.8, highest * 1.25), formatter: (v) => tick('p50', v) } }),
        tooltip: {
          ...base(width).tooltip,
          trigger: 'axis',
          axisPointer: { type: 'line', lineStyle: { color: ink().axis } },
          formatter(points) {
            const at = points[0].value[0];
            const rows = points
              .filter((p) => p.seriesType === 'line')
              .map((p) => [p.seriesName, p.value])
              .sort((a, b) => b[1][1] - a[1][1])
              .map(([name, v]) => [name, amount('p50', v[1]), `${amount('p50', v[2])} – ${amount('p50', v[3])}`]);
            return tip(`${(100 * (1 - 10 ** -at)).toPrecision(Math.max(3, Math.ceil(at) + 2)).replace(/\.?0+$/, '')} %`, rows);
          },
        },
        series: [...names.map((name) => ({
          type: 'line',
          name,
          data: all.get(name),
          symbol: 'none',
          z: isHero(name) ? 5 : 3,
          color: colour(name),
          lineStyle: { width: isHero(name) ? 3.2 : 1.7, type: looks.colours[name].line, color: colour(name) },
          emphasis: { focus: 'series', lineStyle: { width: 3.5 } },
        })), endLabels(names.map((name) => [name, ...all.get(name).at(-1)].slice(0, 3)), width)],
      };
    },
  };
}

// An axis in steps that read well in KiB or MiB.
function binaryScale(highest) {
  const least = Math.max(1, highest / 4);
  const unit = 1024 ** Math.floor(Math.log2(least) / 10);
  const interval = unit * ([1, 2, 5, 10, 20, 50, 100, 200, 500].find((n) => n * unit >= least) ?? 1024);
  return { interval, max: interval * Math.ceil(highest / interval) };
}

// 1, 2 and 5 of each power of ten, as far as they lie between.
function decades(from, to) {
  const all = [];
  for (let power = 10 ** Math.floor(Math.log10(from)); power <= to; power *= 10) all.push(power, 2 * power, 5 * power);
  return all.filter((v) => v >= from && v <= to);
}

function upper(text) {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

// Where there are no ratios, for the baseline did nothing.
function amountChart(chapter, key) {
  const text = `${higherIsBetter(key) ? 'More' : 'Less'} is better. No ratios: ${baselineOf(chapter)} has none.`;
  return pairChart(chapter, [key, 'nothing'], { title: upper(longLabel(key, chapter)), text, wide: true });
}

function chartsOf(chapter) {
  const isMemory = chapter.main === 'residentBytes' || chapter.main === 'heapBytes';
  const per = one(chapter);
  return [
    isMemory ? null : ratioChart(chapter, chapter.main) ?? amountChart(chapter, chapter.main),
    has(chapter, 'residentBytes') || has(chapter, 'heapBytes')
      ? pairChart(chapter, ['residentBytes', 'heapBytes'], { title: 'Memory a connection', text: 'Solid: resident; pale: heap after a full collection. Less is better.', wide: true })
      : null,
    isMemory ? ratioChart(chapter, chapter.main) : null,
    latencyChart(chapter),
    has(chapter, 'cpu')
      ? pairChart(chapter, ['userNanos', 'kernelNanos'], { title: `Server CPU time per ${per}`, text: 'Solid: user; pale: kernel. Less is better.', stacked: true })
      : null,
    has(chapter, 'userInstructions')
      ? pairChart(chapter, ['userInstructions', 'kernelInstructions'], { title: `Instructions per ${per}`, text: 'Solid: user; pale: kernel. Less is better.', stacked: true })
      : null,
  ].filter(Boolean);
}
