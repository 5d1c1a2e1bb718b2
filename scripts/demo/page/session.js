const RETRIES_AT_ONCE = 2;
const AT_ONCE_MS = 10;
const SLOWEST_MS = 5_000;
const PING_MS = 15_000;

/**
 * A DDP session that is opened again whenever it ends, as Meteor's client does it: twice at once, then slower and
 * slower. `dial` opens a SockJS connection. For browsers and for Node.
 */
export const keepSession = ({ dial, onChange, onMove, afterMs = 0 }) => {
  const state = { open: false, node: null, transport: null, address: null, reconnects: 0, way: [] };
  let attempt = 0;
  let failures = 0;
  let lostAt = null;
  let socket = null;
  let timer = null;
  let pings = null;

  const connect = async () => {
    attempt += 1;
    const mine = attempt;
    const current = () => mine === attempt;
    try {
      const dialled = await dial();
      if (!current()) return dialled.close();
      socket = dialled;
      const send = (message) => socket.send(JSON.stringify(message));
      socket.onopen = () => send({ msg: 'connect', version: '1', support: ['1'] });
      socket.onmessage = ({ data }) => current() && receive(JSON.parse(data), send);
      socket.onclose = () => current() && lose();
    } catch {
      if (current()) lose();
    }
  };

  const receive = ({ msg, result }, send) => {
    if (msg === 'connected') send({ msg: 'method', id: '1', method: 'whoami', params: [] });
    if (msg === 'ping') send({ msg: 'pong' });
    if (msg !== 'result') return;
    pings = setInterval(() => send({ msg: 'ping' }), PING_MS);
    arrive(result);
  };

  const arrive = ({ node, clientAddress }) => {
    failures = 0;
    if (state.node !== null) {
      state.reconnects += 1;
      onMove({ from: state.node, to: node, gapMs: Date.now() - lostAt });
    }
    if (state.way.at(-1) !== node) state.way.push(node);
    Object.assign(state, { open: true, node, transport: socket.transport, address: clientAddress });
    onChange();
  };

  const lose = () => {
    clearInterval(pings);
    if (state.open) lostAt = Date.now();
    state.open = false;
    onChange();
    timer = setTimeout(connect, retryDelay(failures));
    failures += 1;
  };

  const hangUp = () => {
    attempt += 1;
    clearTimeout(timer);
    clearInterval(pings);
    socket?.close();
  };

  timer = setTimeout(connect, afterMs);
  return {
    view: () => ({ ...state }),
    close: hangUp,
    /** Hangs up and dials again, at once. */
    again: () => {
      hangUp();
      lostAt = Date.now();
      state.open = false;
      onChange();
      connect();
    },
  };
};

const retryDelay = (failures) =>
  failures < RETRIES_AT_ONCE
    ? AT_ONCE_MS
    : Math.min(SLOWEST_MS, 1000 * 2.2 ** (failures - RETRIES_AT_ONCE)) * (0.75 + Math.random() / 2);
