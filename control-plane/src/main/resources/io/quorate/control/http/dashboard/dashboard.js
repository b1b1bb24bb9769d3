'use strict';
// Shows the cluster to its reader, with what that reader may see, and changes nothing. Text from the cluster is only ever text here: no markup is made of it.
(() => {
  const EVERY = 4000;
  const MOST = 500;
  const SMALL = matchMedia('(max-width: 40rem)');
  const byId = id => document.getElementById(id);
  const KEY = 'quorate.token';
  let timer = 0;
  let asking = false;
  let lastPods = {items: [], more: 0};

  class Refused extends Error {}

  async function ask(path, optional) {
    const token = sessionStorage.getItem(KEY);
    const answer = await fetch(path, {
      headers: token ? {Accept: 'application/json', Authorization: 'Bearer ' + token} : {Accept: 'application/json'},
      cache: 'no-store', credentials: 'same-origin', referrerPolicy: 'no-referrer'});
    if (answer.status === 401) throw new Refused('this token opens nothing here (any more)');
    if (!answer.ok) {
      if (optional) return null;
      const told = await answer.json().catch(() => ({}));
      throw new Error(told.message || told.detail || 'the node answers ' + answer.status);
    }
    return answer.json();
  }

  // ---- small parts

  function element(name, className, ...children) {
    const one = document.createElement(name);
    if (className) one.className = className;
    one.append(...children.filter(each => each !== null && each !== undefined && each !== ''));
    return one;
  }

  const tag = (text, kind) => element('span', 'tag ' + (kind || ''), text);

  function age(time) {
    const seconds = Math.max(0, (Date.now() - Date.parse(time)) / 1000);
    if (!isFinite(seconds)) return '';
    const [day, hour, minute] = [86400, 3600, 60];
    if (seconds >= 2 * day) return Math.floor(seconds / day) + 'd';
    if (seconds >= 2 * hour) return Math.floor(seconds / hour) + 'h';
    if (seconds >= 2 * minute) return Math.floor(seconds / minute) + 'm';
    return Math.floor(seconds) + 's';
  }

  const SIZES = {m: 1e-3, n: 1e-9, u: 1e-6, k: 1e3, M: 1e6, G: 1e9, T: 1e12, Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40};

  function amount(text) {
    const parts = /^([0-9.]+)([A-Za-z]*)$/.exec(String(text || ''));
    return parts ? Number(parts[1]) * (SIZES[parts[2]] || 1) : 0;
  }

  const gib = bytes => bytes >= 2 ** 30 ? (bytes / 2 ** 30).toFixed(1) + ' GiB' : Math.round(bytes / 2 ** 20) + ' MiB';

  function gauge(label, used, all, words) {
    const share = all > 0 ? Math.min(1, used / all) : 0;
    const fill = element('div', 'fill' + (share > .85 ? ' much' : ''));
    fill.style.width = Math.round(share * 100) + '%';
    return element('div', 'gauge', element('span', '', label), element('div', 'track', fill), element('span', '', words));
  }

  function table(id, heads, rows, nothing) {
    const head = element('thead', '', element('tr', '', ...heads.map(each => element('th', '', each))));
    const body = element('tbody', '');
    for (const row of rows) {
      const line = element('tr', '');
      row.forEach((cell, at) => {
        const own = cell && cell.cell ? cell : {cell};
        const one = element('td', own.kind || '', own.cell === 0 ? '0' : own.cell);
        one.dataset.label = heads[at];
        line.append(one);
      });
      body.append(line);
    }
    if (!rows.length) {
      const none = element('td', 'none', nothing);
      none.colSpan = heads.length;
      body.append(element('tr', '', none));
    }
    byId(id).replaceChildren(head, body);
  }

  // ---- what is shown

  const condition = (object, type) => ((object.status || {}).conditions || []).find(each => each.type === type) || {};

  function podState(pod) {
    if (pod.metadata.deletionTimestamp) return 'Terminating';
    let word = (pod.status || {}).reason || (pod.status || {}).phase || 'Unknown';
    for (const each of (pod.status || {}).containerStatuses || []) {
      const state = each.state || {};
      if (state.waiting && state.waiting.reason) word = state.waiting.reason;
      else if (state.terminated && state.terminated.reason) word = state.terminated.reason;
    }
    return word;
  }

  function podKind(word, ready) {
    if (word === 'Running') return ready ? 'good' : 'warn';
    if (word === 'Succeeded' || word === 'Completed') return '';
    return /Err|Fail|BackOff|Unknown|Lost/.test(word) ? 'bad' : 'warn';
  }

  function health(status) {
    const pill = byId('health');
    if (!status.leader) {
      pill.className = 'pill bad';
      pill.textContent = 'no leader: nothing can be written';
    } else {
      pill.className = 'pill ' + (status.highAvailability ? 'good' : 'warn');
      pill.textContent = (status.highAvailability ? 'highly available' : 'not highly available') + ', led by ' + status.leader;
    }
    const lines = (status.nodes || []).filter(each => !each.online && each.role !== 'joining')
      .map(each => each.name + ' (' + each.address + ') is not heard of');
    const problems = byId('problems');
    problems.hidden = !lines.length;
    problems.replaceChildren(...lines.map(each => element('p', '', each)));
  }

  function figures(status, nodes, pods, services) {
    const ready = nodes.filter(each => condition(each, 'Ready').status === 'True').length;
    const run = pods.items.filter(each => condition(each, 'Ready').status === 'True').length;
    const over = pods.items.filter(each => ['Succeeded', 'Failed'].includes((each.status || {}).phase)).length;
    const all = [
      [ready + ' / ' + nodes.length, 'nodes ready'],
      [run + ' / ' + (pods.items.length - over) + (pods.more ? '+' : ''), 'pods ready'],
      [services.length, 'services'],
      [status.liveVoters + ' / ' + status.voters, 'master nodes live'],
      [status.survives, status.survives === 1 ? 'more loss is survived' : 'more losses are survived']];
    byId('figures').replaceChildren(...all.map(([number, words]) =>
      element('div', 'figure', element('b', '', String(number)), element('span', '', words))));
  }

  function showNodes(status, nodes, usage) {
    const members = new Map((status.nodes || []).map(each => [each.name, each]));
    const used = new Map(((usage || {}).items || []).map(each => [each.metadata.name, each.usage]));
    byId('nodes').replaceChildren(...nodes.map(node => {
      const name = node.metadata.name;
      const member = members.get(name) || {};
      const ready = condition(node, 'Ready').status;
      const capacity = (node.status || {}).capacity || {};
      const info = (node.status || {}).nodeInfo || {};
      const title = element('h3', '', name,
        tag(ready === 'True' ? 'Ready' : ready === 'Unknown' ? 'Unknown' : 'NotReady', ready === 'True' ? 'good' : 'bad'),
        member.leader ? tag('leader', 'good') : '', member.role ? tag(member.role) : '',
        (node.spec || {}).unschedulable ? tag('cordoned', 'warn') : '');
      const card = element('article', 'card' + (ready === 'True' ? '' : ' off'), title,
        element('p', '', [member.address, info.architecture, info.osImage].filter(Boolean).join(' · ')));
      const use = used.get(name);
      const cpus = amount(capacity.cpu);
      const memory = amount(capacity.memory);
      if (use && cpus) {
        const cpu = amount(use.cpu);
        card.append(gauge('processor', cpu, cpus, cpu.toFixed(2) + ' of ' + cpus));
        card.append(gauge('memory', amount(use.memory), memory, gib(amount(use.memory)).replace(memory >= 2 ** 30 ? / GiB$/ : / MiB$/, '') + ' of ' + gib(memory)));
      } else if (memory) {
        card.append(element('p', '', cpus + ' processors, ' + gib(memory)));
      }
      return card;
    }));
  }

  function showPods() {
    const select = byId('namespace');
    const names = [...new Set(lastPods.items.map(each => each.metadata.namespace))].sort();
    const chosen = names.includes(select.value) ? select.value : '';
    if ([...select.options].slice(1).map(each => each.value).join() !== names.join()) {
      select.replaceChildren(...['', ...names].map(each => {
        const option = element('option', '', each || 'all');
        option.value = each;
        return option;
      }));
      select.value = chosen;
    }
    const words = byId('find').value.trim().toLowerCase();
    const rows = lastPods.items.map(pod => {
      const statuses = (pod.status || {}).containerStatuses || [];
      const ready = statuses.filter(each => each.ready).length;
      const all = pod.spec.containers.length;
      const state = podState(pod);
      return {
        key: [pod.metadata.namespace, pod.metadata.name, pod.spec.nodeName, state].join(' ').toLowerCase(),
        namespace: pod.metadata.namespace,
        cells: [
          {cell: pod.metadata.name, kind: 'name'}, pod.metadata.namespace, tag(state, podKind(state, ready === all)),
          {cell: ready + '/' + all, kind: 'number'},
          {cell: String(statuses.reduce((sum, each) => sum + each.restartCount, 0)), kind: 'number'},
          pod.spec.nodeName || 'none yet', {cell: age(pod.metadata.creationTimestamp), kind: 'number'}]};
    }).filter(row => (!chosen || row.namespace === chosen) && (!words || row.key.includes(words)));
    byId('podCount').textContent = rows.length + (lastPods.more ? ' of the first ' + MOST + '; there are ' + lastPods.more + ' more' : '');
    table('pods', ['Name', 'Namespace', 'Status', 'Ready', 'Restarts', 'Node', 'Age'], rows.map(row => row.cells),
      words || chosen ? 'No pod is like that.' : 'No pods yet.');
  }

  function showServices(services) {
    table('services', ['Name', 'Namespace', 'Type', 'Address', 'Ports', 'Age'], services.map(each => [
      {cell: each.metadata.name, kind: 'name'}, each.metadata.namespace, each.spec.type, each.spec.clusterIP || '',
      (each.spec.ports || []).map(port => port.port + (port.nodePort ? ':' + port.nodePort : '') + '/' + (port.protocol || 'TCP')).join(', '),
      {cell: age(each.metadata.creationTimestamp), kind: 'number'}]), 'No services yet.');
  }

  function showEvents(events) {
    const time = each => each.lastTimestamp || each.eventTime || each.metadata.creationTimestamp;
    const latest = [...events].sort((one, other) => time(other).localeCompare(time(one))).slice(0, SMALL.matches ? 15 : 40);
    table('events', ['What', 'About', 'Reason', 'Age'], latest.map(each => [
      {cell: each.message + (each.count > 1 ? ' (×' + each.count + ')' : ''), kind: 'long'},
      each.involvedObject.kind + ' ' + each.involvedObject.name, tag(each.reason, each.type === 'Warning' ? 'warn' : ''),
      {cell: age(time(each)), kind: 'number'}]), 'Nothing happened in the last hour.');
  }

  function showAddons(addons) {
    byId('addonSection').hidden = !(addons || []).length;
    byId('addons').replaceChildren(...(addons || []).map(each => element('article', 'card',
      element('h3', '', each.name, tag(each.status, each.status === 'enabled' ? 'good' : 'warn')),
      element('p', '', each.description))));
  }

  // ---- again and again, while somebody looks

  async function look() {
    if (asking || document.hidden || byId('ask').open) return;
    asking = true;
    try {
      const [status, nodes, pods, services, events, usage] = await Promise.all([
        ask('/v1/status'),
        ask('/api/v1/nodes?resourceVersion=0'),
        ask('/api/v1/pods?resourceVersion=0&limit=' + MOST),
        ask('/api/v1/services?resourceVersion=0&limit=' + MOST),
        ask('/api/v1/events?resourceVersion=0&limit=' + MOST),
        ask('/apis/metrics.k8s.io/v1beta1/nodes', true)]);
      lastPods = {items: pods.items, more: (pods.metadata || {}).remainingItemCount || 0};
      health(status);
      figures(status, nodes.items, lastPods, services.items);
      showNodes(status, nodes.items, usage);
      showPods();
      showServices(services.items);
      showEvents(events.items);
      showAddons(status.addons);
      byId('when').textContent = status.name + ', ' + new Date().toLocaleTimeString();
    } catch (failure) {
      if (failure instanceof Refused) {
        const had = sessionStorage.getItem(KEY);
        sessionStorage.removeItem(KEY);
        byId('refused').hidden = !had;
        byId('refused').textContent = failure.message;
        byId('ask').showModal();
      } else {
        byId('health').className = 'pill bad';
        byId('health').textContent = failure.message || 'the node does not answer';
      }
    } finally {
      asking = false;
      clearTimeout(timer);
      timer = setTimeout(look, EVERY);
    }
  }

  byId('askForm').addEventListener('submit', () => {
    sessionStorage.setItem(KEY, byId('token').value.trim());
    byId('token').value = '';
    setTimeout(look);
  });
  byId('ask').addEventListener('cancel', event => event.preventDefault());
  byId('find').addEventListener('input', showPods);
  byId('namespace').addEventListener('change', showPods);
  document.addEventListener('visibilitychange', look);
  look();
})();
