// Servers to be measured against: node peers.mjs (y-websocket | hocuspocus | synced) PORT FOLDER, each with persistence on.
import fs from "node:fs/promises";
import { createRequire } from "node:module";

const [, , kind, port, folder] = process.argv;
const start = { "y-websocket": yWebsocket, hocuspocus, synced };
await start[kind]();

/** y-websocket's own server (2.1, the last for Yjs 13) with LevelDB: stores after it has relayed. */
async function yWebsocket() {
  Object.assign(process.env, { HOST: "127.0.0.1", PORT: port, YPERSISTENCE: folder });
  createRequire(import.meta.url)("./node_modules/y-websocket-server2/bin/server.cjs");
}

/** Hocuspocus with SQLite: stores two seconds after it has relayed. */
async function hocuspocus() {
  const { Server } = await import("@hocuspocus/server");
  const { SQLite } = await import("@hocuspocus/extension-sqlite");
  const extensions = [new SQLite({ database: `${folder}/hocuspocus.sqlite3` })];
  await new Server({ port: Number(port), address: "127.0.0.1", quiet: true, extensions }).listen();
}

/** The simplest server that keeps our promise: nothing is relayed before it is on disk. */
async function synced() {
  const { WebSocketServer } = await import("ws");
  const Y = await import("yjs");
  const rooms = new Map();
  const open = async (name) => ({ doc: new Y.Doc(), sockets: new Set(), log: await fs.open(`${folder}/${name}.log`, "a") });
  new WebSocketServer({ host: "127.0.0.1", port: Number(port), perMessageDeflate: false }).on("connection", async (socket, request) => {
    const waiting = [];
    socket.on("message", (data) => waiting.push(data));
    if (!rooms.has(request.url)) rooms.set(request.url, open(request.url.slice(1)));
    const room = await rooms.get(request.url);
    const answer = async (data) => {
      if (data[0] === 0 && data[1] === 0) return socket.send(Buffer.concat([Buffer.from([0, 1]), string(Y.encodeStateAsUpdate(room.doc))]));
      if (data[0] === 0) {
        const update = content(data.subarray(2));
        await room.log.write(update);
        await room.log.datasync();
        Y.applyUpdate(room.doc, update);
      }
      for (const other of room.sockets) if (other !== socket) other.send(data);
      return undefined;
    };
    room.sockets.add(socket);
    socket.removeAllListeners("message");
    socket.on("message", answer).on("close", () => room.sockets.delete(socket));
    waiting.forEach(answer);
  });
  const content = (bytes) => {
    let at = 0;
    while (bytes[at++] > 127);
    return bytes.subarray(at);
  };
  const string = (bytes) => {
    const length = [];
    for (let left = bytes.length; ; left = Math.floor(left / 128)) {
      length.push(left > 127 ? 128 | (left & 127) : left);
      if (left <= 127) return Buffer.concat([Buffer.from(length), bytes]);
    }
  };
}
