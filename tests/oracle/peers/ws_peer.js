// A server on node-ws for ws_probe: each line on the standard input says how one conversation is to
// go, the answer names its port, and when it is over a line tells how it went. Ends with its input.
// The plan's form stands at the top of websockets_peer.py.
'use strict';
const crypto = require('crypto');
const readline = require('readline');
const { WebSocketServer } = require('ws');

const WORDS = Buffer.from('een woord, größer, 5 €, 😀; ');

function made(kind, size, period) {
  if (kind === 'text') {
    const rest = size % WORDS.length;
    const repeated = Buffer.alloc(size - rest, WORDS);
    return Buffer.concat([repeated, Buffer.alloc(rest, '.')]);
  }
  const unit = Buffer.alloc(Math.max(period, 1));
  for (let i = 0, state = period + 1; i < unit.length; i++) {
    state = (state * 48271) % 2147483647;
    unit[i] = state >> 8;
  }
  return Buffer.alloc(size, unit);
}

function digest(kind, content) {
  return { kind, size: content.length, sha1: crypto.createHash('sha1').update(content).digest('hex') };
}

// Fragments may end anywhere, inside a character, too.
function say(socket, kind, content, fragment) {
  const binary = kind === 'binary';
  const step = fragment || content.length || 1;
  for (let at = 0; at === 0 || at < content.length; at += step) {
    socket.send(content.subarray(at, at + step), { binary, fin: at + step >= content.length });
  }
}

function options(deflate) {
  if (deflate === null) return false;
  return {
    serverNoContextTakeover: deflate.server_no_context_takeover || undefined,
    clientNoContextTakeover: deflate.client_no_context_takeover || undefined,
    serverMaxWindowBits: deflate.server_max_window_bits || undefined,
    clientMaxWindowBits: deflate.client_max_window_bits || undefined,
    threshold: 0,
  };
}

function agreed(socket) {
  const extension = socket._extensions['permessage-deflate'];
  if (!extension) return null;
  const params = extension.params;
  return {
    server_no_context_takeover: params.server_no_context_takeover === true,
    client_no_context_takeover: params.client_no_context_takeover === true,
    server_max_window_bits: params.server_max_window_bits || 15,
    client_max_window_bits: params.client_max_window_bits || 15,
  };
}

function converse(socket, plan, report, over) {
  report.agreed = agreed(socket);
  const close = () => {
    if (!plan.close || report.heard.length !== plan.close[0]) return;
    if (plan.close[1] === null) socket.close();
    else socket.close(plan.close[1], plan.close[2]);
  };
  socket.on('message', (content, isBinary) => {
    const kind = isBinary ? 'binary' : 'text';
    report.heard.push(digest(kind, content));
    say(socket, kind, content, plan.echo);
    close();
  });
  socket.on('pong', (payload) => report.ponged.push(payload.toString()));
  socket.on('error', (error) => { report.error = error.message; });
  socket.on('close', (code, reason) => {
    report.close = { code, reason: reason.toString() };
    over();
  });
  for (const [kind, size, period, fragment] of plan.say) {
    const content = made(kind, size, period);
    report.said.push(digest(kind, content));
    say(socket, kind, content, fragment);
  }
  if (plan.ping) socket.ping(plan.ping);
  close();
}

function serve(plan) {
  const report = { agreed: null, said: [], heard: [], ponged: [] };
  const server = new WebSocketServer({
    host: '127.0.0.1', port: 0, maxPayload: 64 << 20, perMessageDeflate: options(plan.deflate),
  });
  server.on('listening', () => {
    report.port = server.address().port;
    console.log(JSON.stringify({ port: report.port }));
  });
  server.on('connection', (socket) => converse(socket, plan, report, () => {
    console.log(JSON.stringify(report));
    server.close();
  }));
}

readline.createInterface({ input: process.stdin })
  .on('line', (line) => serve(JSON.parse(line)))
  .on('close', () => process.exit(0));
