'use strict';
// What all charts share: ink, labels of contestants, whiskers, tips.

const SANS = 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", sans-serif';

function ink() {
  return chosen.dark
    ? { text: '#e8ebef', muted: '#9aa4b1', line: '#2b323b', card: '#171b21', axis: '#5b6572' }
    : { text: '#15181d', muted: '#59626e', line: '#e6e9ed', card: '#ffffff', axis: '#9aa3ae' };
}

function colour(name) {
  return looks.colours[name][chosen.dark ? 'dark' : 'light'];
}

function isHero(name) {
  return name === looks.hero;
}

// 40 % of a colour, for the second part of a stack.
function pale(hex) {
  return hex + '59';
}

function narrow(width) {
  return width < 520;
}

function base(width) {
  return {
    animation: false,
    textStyle: { fontFamily: SANS, color: ink().text },
    tooltip: {
      confine: true,
      backgroundColor: ink().card,
      borderColor: ink().line,
      padding: [8, 12],
      extraCssText: 'border-radius:10px;box-shadow:0 6px 24px #0003',
    },
    aria: { enabled: false }, // the figure says what it shows; the table has the figures
  };
}

function nameAxis(names, width) {
  return {
    type: 'category',
    data: names,
    inverse: true,
    axisTick: { show: false },
    axisLine: { show: false },
    axisLabel: {
      interval: 0,
      width: narrow(width) ? 104 : 140,
      overflow: 'truncate',
      fontSize: narrow(width) ? 11 : 12.5,
      color: (name) => (isHero(name) ? colour(name) : ink().text),
      formatter: (name) => (isHero(name) ? `{hero|${name}}` : name),
      rich: { hero: { fontWeight: 700, fontSize: narrow(width) ? 11 : 12.5, color: colourOrInk(looks.hero) } },
    },
  };
}

function colourOrInk(name) {
  return looks.colours[name] ? colour(name) : ink().text;
}

function valueAxis(key, chapter, more) {
  return {
    type: 'value',
    axisLine: { show: false },
    axisTick: { show: false },
    splitNumber: 4,
    splitLine: { lineStyle: { color: ink().line } },
    axisLabel: { color: ink().muted, fontSize: 11.5, hideOverlap: true, formatter: (v) => tick(key, v, chapter) },
    ...more,
  };
}

// Where the words beside the bars begin: a column of their own, right of everything that is drawn.
function wordsColumn(width, wide) {
  return narrow(width) ? (wide ? 96 : 56) : wide ? 200 : 190;
}

// From min to max, and the words in their column. Rows: [index, min, max, strong, weak].
function whiskers(rows, width, bound) {
  const small = narrow(width);
  return {
    type: 'custom',
    silent: true,
    clip: false,
    z: 4,
    data: rows.map(([index, min, max]) => [index, min, max]),
    encode: { x: [1, 2], y: 0 },
    renderItem(params, api) {
      const [, , , strong, weak] = rows[params.dataIndex];
      const at = (v) => api.coord([Math.max(v, bound), api.value(0)]);
      const [x1, y] = at(api.value(1));
      const [x2] = at(api.value(2));
      const style = { stroke: ink().text, lineWidth: 1.3, opacity: 0.85 };
      const line = (xa, ya, xb, yb) => ({ type: 'line', shape: { x1: xa, y1: ya, x2: xb, y2: yb }, style });
      const range = x2 - x1 > 1.5 ? [line(x1, y, x2, y), line(x1, y - 4, x1, y + 4), line(x2, y - 4, x2, y + 4)] : [];
      const text = {
        type: 'text',
        style: {
          x: params.coordSys.x + params.coordSys.width + 12,
          y,
          verticalAlign: 'middle',
          text: `{b|${strong}}{m|${weak}}`,
          rich: {
            b: { fill: ink().text, fontWeight: 650, fontSize: small ? 11.5 : 13, fontFamily: SANS, width: small ? 46 : 68 },
            m: { fill: ink().muted, fontSize: small ? 9.5 : 11.5, fontFamily: SANS },
          },
        },
      };
      return { type: 'group', children: [...range, text] };
    },
  };
}

// Names at the ends of curves, moved apart where they would overlap. Rows: [name, x, y].
function endLabels(rows, width) {
  const size = narrow(width) ? 10 : 11.5;
  return {
    type: 'custom',
    silent: true,
    clip: false,
    z: 6,
    data: [rows[0].slice(1)],
    renderItem(params, api) {
      const { x, y, width: w, height: h } = params.coordSys;
      const ends = rows.map(([name, vx, vy]) => [name, ...api.coord([vx, vy])]).sort((a, b) => a[2] - b[2]);
      const gap = Math.min(size + 3, h / ends.length);
      const places = ends.map(([, , at]) => at);
      for (let i = 1; i < places.length; i++) places[i] = Math.max(places[i], places[i - 1] + gap);
      const over = places.at(-1) - (y + h);
      if (over > 0) {
        places[places.length - 1] -= over;
        for (let i = places.length - 2; i >= 0; i--) places[i] = Math.min(places[i], places[i + 1] - gap);
      }
      const children = ends.flatMap(([name, ex, ey], i) => [
        {
          type: 'polyline',
          shape: { points: [[ex, ey], [x + w + 6, ey], [x + w + 18, places[i]], [x + w + 24, places[i]]] },
          style: { stroke: colour(name), lineWidth: isHero(name) ? 2 : 1, fill: 'none', opacity: 0.8 },
        },
        {
          type: 'text',
          style: {
            x: x + w + 28,
            y: places[i],
            verticalAlign: 'middle',
            text: name,
            fill: isHero(name) ? colour(name) : ink().text,
            fontWeight: isHero(name) ? 700 : 400,
            fontSize: size,
            fontFamily: SANS,
          },
        },
      ]);
      return { type: 'group', children };
    },
  };
}

// Every round, one under the other so that equal ones can be seen. Rows: [name, values].
function dots(rows, bound) {
  return rows.flatMap(([name, values]) => ({
    type: 'scatter',
    silent: true,
    z: 3,
    symbolSize: 5,
    itemStyle: { color: ink().card, borderColor: ink().text, borderWidth: 0.8, opacity: 0.8 },
    data: values.map((v, i) => ({
      value: [Math.max(v, bound), name],
      symbolOffset: [0, values.length > 1 ? -6 + (12 * i) / (values.length - 1) : 0],
    })),
  }));
}

function element(tag, attributes, ...children) {
  const e = document.createElement(tag);
  for (const [key, value] of Object.entries(attributes ?? {})) {
    if (key === 'on') Object.entries(value).forEach(([type, f]) => e.addEventListener(type, f));
    else if (value !== undefined && value !== false) e.setAttribute(key, value === true ? '' : value);
  }
  e.append(...children.filter((c) => c !== undefined && c !== null && c !== false));
  return e;
}

function swatch(name) {
  const e = element('span', { class: 'swatch', 'aria-hidden': 'true' });
  e.style.background = colour(name);
  return e;
}

// A tip's content, as elements: names of contestants are text, never markup.
function tip(title, rows) {
  const lines = rows.map(([name, ...cells]) =>
    element('tr', {}, element('td', {}, swatch(name), ' ', name), ...cells.map((c) => element('td', {}, c))));
  return element('div', { class: 'tip' }, element('b', {}, title), element('table', {}, ...lines));
}
