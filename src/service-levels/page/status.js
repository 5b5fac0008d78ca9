// Asks the service every ten seconds how it keeps its promises and shows the answer. All texts of figures come from it.
(() => {
  const refreshMs = 10_000;
  const timeoutMs = 8000;
  const keyName = 'health-export-admin-key';
  const chart = { width: 120, height: 28, margin: 2 };
  const words = { kept: '✓ kept', broken: '✗ broken', too_few: '… too few', no_data: '– no data' };
  const roles = { table: 'table', thead: 'rowgroup', tbody: 'rowgroup', tr: 'row', th: 'columnheader', td: 'cell' };
  const windowNames = ['fiveMinutes', 'hour', 'sinceStart'];
  const byId = (id) => document.getElementById(id);
  const rows = new Map();
  let lastGood = null;
  let timer = null;

  /** Changes a text only when it differs, so that a screen reader is not told the same again. */
  function setText(node, text) {
    if (node.textContent !== text) node.textContent = text;
  }

  function add(parent, name, attributes = {}, text = '') {
    const isSvg = ['svg', 'path', 'line', 'title'].includes(name);
    const node = isSvg ? document.createElementNS('http://www.w3.org/2000/svg', name) : document.createElement(name);
    for (const [attribute, value] of Object.entries(attributes)) node.setAttribute(attribute, value);
    node.textContent = text;
    parent.append(node);
    return node;
  }

  function timeText(instant) {
    return new Date(instant).toLocaleTimeString([], {
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
      timeZoneName: 'short',
    });
  }

  function durationText(seconds) {
    if (seconds < 120) return `${seconds} s`;
    if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
    return seconds < 172_800 ? `${Math.round(seconds / 3600)} h` : `${Math.round(seconds / 86_400)} days`;
  }

  function label(name) {
    return document.querySelector(`th[data-window="${name}"]`).textContent;
  }

  /** On a phone the table is laid out as blocks, which would end its being a table for screen readers. */
  function giveRoles(root) {
    for (const node of [root, ...root.querySelectorAll('thead, tbody, tr, th, td')]) {
      const isRowHeader = node.getAttribute('scope') === 'row';
      const role = isRowHeader ? 'rowheader' : roles[node.localName];
      if (role !== undefined) node.setAttribute('role', role);
    }
  }

  function makeRow(promise) {
    const row = add(byId('rows'), 'tr', { 'data-promise': promise.id });
    const verdict = add(row, 'td', { class: 'verdict' });
    const title = add(row, 'th', { scope: 'row', class: 'promise' }, promise.title);
    add(title, 'span', { class: 'explanation' }, promise.explanation);
    add(row, 'td', { class: 'number limit-asked', 'data-label': 'Asked for' }, promise.floorText);
    add(row, 'td', { class: 'number limit-goal', 'data-label': 'Goal' }, promise.goalText);
    const figures = windowNames.map((name) => {
      const cell = add(row, 'td', { class: 'number figure', 'data-window': name, 'data-label': label(name) });
      return { name, text: add(cell, 'span', { class: 'value' }), count: add(cell, 'span', { class: 'count' }), cell };
    });
    const chart = add(row, 'td', { class: 'chart' });
    giveRoles(row);
    return { row, verdict, figures, chart };
  }

  /** Lines through the points, broken where nothing was measured, and dots for points without neighbours. */
  function pathsOf(points, x, y) {
    let lines = '';
    let dots = '';
    const has = (i) => (points[i] ?? null) !== null;
    points.forEach((value, i) => {
      if (value === null) return;
      if (has(i - 1)) lines += `L${x(i)} ${y(value)}`;
      else if (has(i + 1)) lines += `M${x(i)} ${y(value)}`;
      else dots += `M${x(i)} ${y(value)}h0.01`;
    });
    return { lines, dots };
  }

  function drawChart(cell, { title, unit, floor, goal, direction, series }) {
    const { points, stepS } = series;
    const known = points.filter((value) => value !== null);
    cell.replaceChildren();
    if (known.length === 0) return;
    const limit = floor ?? goal;
    const most = Math.max(...known);
    // The limit is in the picture when it is near enough for the line still to be seen.
    const isLimitShown = direction !== 'until_refused' && limit <= most * 4;
    const top = unit === 'ratio' ? 1 : Math.max(most, isLimitShown ? limit : 0) || 1;
    const { width, height, margin } = chart;
    const x = (i) => ((i / Math.max(1, points.length - 1)) * width).toFixed(1);
    const y = (value) => (height - margin - (value / top) * (height - 2 * margin)).toFixed(1);
    const svg = add(cell, 'svg', { viewBox: `0 0 ${width} ${height}`, preserveAspectRatio: 'none', role: 'img' });
    const span = durationText(points.length * stepS);
    const outside = known.filter((value) => (direction === 'at_least' ? value < limit : value > limit)).length;
    const told = direction === 'until_refused' ? '' : `, ${outside} of ${known.length} points beyond the limit`;
    add(svg, 'title', {}, `${title}, last ${span}${told}`);
    const at = { x1: 0, x2: width, y1: y(limit), y2: y(limit) };
    if (isLimitShown || unit === 'ratio') add(svg, 'line', { class: 'limit', ...at });
    const { lines, dots } = pathsOf(points, x, y);
    add(svg, 'path', { class: 'values', d: lines });
    add(svg, 'path', { class: 'dots', d: dots });
  }

  /** What a figure is made of; of connections it is how many were turned away that matters. */
  function countText({ direction }, { measurements, failed }) {
    const failures = failed.toLocaleString('en-US');
    if (measurements === 0) return '';
    if (direction === 'until_refused') return `${failed > 0 ? failures : 'none'} refused`;
    return `of ${measurements.toLocaleString('en-US')}${failed > 0 ? `, ${failures} failed` : ''}`;
  }

  function showFigure(promise, { name, text, count, cell }) {
    const { verdict, isGoalReached, ...figure } = promise.windows[name];
    const mark = verdict === 'broken' ? ' ✗' : isGoalReached ? ' ★' : '';
    cell.dataset.verdict = verdict;
    setText(text, figure.text + mark);
    setText(count, countText(promise, figure));
    const meanings = { broken: ', broken', too_few: ', too few to tell' };
    const meaning = meanings[verdict] ?? (isGoalReached ? ', goal reached' : '');
    cell.setAttribute('aria-label', `${label(name)}: ${verdict === 'no_data' ? 'no data' : figure.text}${meaning}`);
  }

  function show(answer) {
    for (const promise of answer.promises) {
      if (!rows.has(promise.id)) rows.set(promise.id, makeRow(promise));
      const parts = rows.get(promise.id);
      const { verdict } = promise.windows.fiveMinutes;
      parts.row.dataset.verdict = verdict;
      parts.verdict.dataset.verdict = verdict;
      setText(parts.verdict, words[verdict]);
      for (const figure of parts.figures) showFigure(promise, figure);
      drawChart(parts.chart, promise);
    }
    const broken = answer.promises.filter(({ windows }) => windows.fiveMinutes.verdict === 'broken');
    const kept = answer.promises.filter(({ windows }) => windows.fiveMinutes.verdict === 'kept');
    const unknown = answer.promises.length - broken.length - kept.length;
    const rest = unknown > 0 ? `; too few measurements, or none, for ${unknown}` : '';
    if (broken.length > 0)
      tell(
        'broken',
        `${broken.length} of ${answer.promises.length} broken: ${broken.map(({ title }) => title).join('; ')}`,
      );
    else if (kept.length === 0) tell('none', 'Nothing was measured in the last five minutes');
    else tell('kept', `All that was measured is kept (${kept.length} promises${rest})`);
    lastGood = answer.measuredAt;
    const age = durationText(answer.coveredS.sinceStart);
    setText(byId('when'), `Measured at ${timeText(answer.measuredAt)}, every 10 s. The process began ${age} ago.`);
    document.body.classList.remove('stale');
    for (const id of ['levels', 'legend']) byId(id).hidden = false;
    byId('key-form').hidden = true;
    byId('key-tools').hidden = sessionStorage.getItem(keyName) === null;
  }

  function tell(state, sentence) {
    byId('state').dataset.state = state;
    setText(byId('state'), sentence);
  }

  /** Says what is wrong, and leaves the last figures, marked as old. */
  function showSilence(reason) {
    tell('silent', reason);
    document.body.classList.toggle('stale', lastGood !== null);
    const figures = lastGood === null ? 'There are no figures yet.' : `The figures below are of ${timeText(lastGood)}.`;
    setText(byId('when'), `${figures} Trying again every 10 s.`);
  }

  function askForKey(problem) {
    const hadKey = sessionStorage.getItem(keyName) !== null;
    sessionStorage.removeItem(keyName);
    for (const id of ['levels', 'legend', 'key-tools']) byId(id).hidden = true;
    tell('none', 'This needs a key');
    setText(byId('when'), '');
    setText(byId('key-error'), hadKey ? problem : '');
    if (!byId('key-form').hidden) return;
    byId('key-form').hidden = false;
    byId('key').focus();
  }

  /** The answer and its status; null when there is none. */
  async function ask() {
    const key = sessionStorage.getItem(keyName);
    const headers = key === null ? {} : { authorization: `Bearer ${key}` };
    try {
      const signal = AbortSignal.timeout(timeoutMs);
      const reply = await fetch('/v1/service-levels', { headers, cache: 'no-store', signal });
      return { status: reply.status, body: await reply.json() };
    } catch {
      return null;
    }
  }

  async function refresh() {
    clearTimeout(timer);
    const answer = await ask();
    if (answer === null) showSilence('The service does not answer');
    else if (answer.status === 200) show(answer.body);
    else if (answer.status === 401 || answer.status === 403) return askForKey(answer.body.detail);
    else showSilence(`The service answers ${answer.status}: ${answer.body.detail}`);
    clearTimeout(timer);
    if (document.visibilityState === 'visible') timer = setTimeout(refresh, refreshMs);
  }

  byId('key-form').addEventListener('submit', (event) => {
    event.preventDefault();
    sessionStorage.setItem(keyName, byId('key').value.trim());
    byId('key').value = '';
    void refresh();
  });
  byId('forget').addEventListener('click', () => {
    sessionStorage.removeItem(keyName);
    void refresh();
  });
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible' && byId('key-form').hidden) void refresh();
  });
  giveRoles(byId('levels'));
  void refresh();
})();
