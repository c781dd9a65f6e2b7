// An echo on the ws package of Debian (node-ws), with permessage-deflate if the client offers it.
// Prints its port as one line of JSON; ends on SIGTERM.
'use strict';
const { WebSocketServer } = require('ws');

const server = new WebSocketServer({
  host: '127.0.0.1', port: 0, maxPayload: 64 << 20, perMessageDeflate: process.argv[2] === 'deflate',
});
server.on('listening', () => console.log(JSON.stringify({ port: server.address().port })));
server.on('connection', (socket) => {
  socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }));
  socket.on('error', () => {});
});
process.on('SIGTERM', () => process.exit(0));
