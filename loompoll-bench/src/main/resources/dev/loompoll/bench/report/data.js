'use strict';
// The run, and what can be said of it: ratios within a round, then their median and range.

const run = JSON.parse(document.getElementById('run').textContent);
const looks = JSON.parse(document.getElementById('looks').textContent);
const contestants = Object.keys(looks.colours);

// What the reader has chosen.
const chosen = { baseline: '', figure: 'main', hidden: new Set(), dark: false, paper: false };

function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

// { median, min, max, values } or null of nothing.
function spread(values) {
  if (!values.length) return null;
  return { median: median(values), min: Math.min(...values), max: Math.max(...values), values };
}

function turnsOf(chapter, name) {
  return Object.hasOwn(chapter.turns, name) ? chapter.turns[name] : [];
}

// 'cpu' is user and kernel time together; all others are in the turns as they are.
function figureOf(turn, key) {
  if (key === 'cpu') {
    const { userNanos, kernelNanos } = turn.figures;
    return userNanos === undefined || kernelNanos === undefined ? undefined : userNanos + kernelNanos;
  }
  return turn.figures[key];
}

function figures(chapter, name, key) {
  return spread(turnsOf(chapter, name).map((t) => figureOf(t, key)).filter(Number.isFinite));
}

function has(chapter, key) {
  return contestants.some((name) => figures(chapter, name, key));
}

function ratios(chapter, name, key, baseline) {
  const base = turnsOf(chapter, baseline);
  const values = turnsOf(chapter, name)
    .slice(0, base.length)
    .map((turn, i) => figureOf(turn, key) / figureOf(base[i], key));
  return spread(values.filter(Number.isFinite));
}

// The chosen one, or the chapter's own where that one does not take part.
function baselineOf(chapter) {
  const usable = (name) => turnsOf(chapter, name).length > 0;
  return [chosen.baseline, chapter.baseline, ...contestants].find(usable) ?? chosen.baseline;
}

function present(chapter) {
  return contestants.filter((name) => turnsOf(chapter, name).length && !chosen.hidden.has(name));
}

function higherIsBetter(key) {
  return key !== 'cpu' && looks.figures[key]?.higherIsBetter === true;
}

// Latency at a share of all requests: the smallest that is not exceeded by so many.
function latencyAt(curve, share) {
  const point = curve.find(([s]) => s >= share - 1e-12);
  return point && point[0] < 1 ? point[1] : undefined;
}

// By contestant, the median curve over the rounds: [nines, median, min, max] each, nines being 1 for 90 %. It ends
// where most rounds have no samples any more.
function curves(chapter) {
  const found = new Map();
  for (const name of present(chapter)) {
    const rounds = turnsOf(chapter, name).map((t) => t.curve).filter((c) => c && c.length);
    if (!rounds.length) continue;
    const shares = [...new Set(rounds.flat().map(([share]) => share))].filter((s) => s < 1).sort((a, b) => a - b);
    const points = [];
    for (const share of shares) {
      const at = spread(rounds.map((c) => latencyAt(c, share)).filter((v) => v > 0));
      if (at && 2 * at.values.length >= rounds.length) points.push([-Math.log10(1 - share), at.median, at.min, at.max]);
    }
    if (points.length) found.set(name, points);
  }
  return found;
}
