"use strict";
// A board never shows a number it is not sure of: six seconds without a word from the hall hide them all.
const SILENCE = 6000, FRESH = 20000, ROWS = 5;
const at = (id) => document.getElementById(id);
let known = new Map();
let servers = [location.origin], server = 0, source = null, heard = 0, first = true;

function connect() {
  if (source) source.close();
  source = new EventSource(servers[server % servers.length] + "/events/board");
  const mine = source;
  mine.onmessage = (event) => { if (mine === source) { heard = Date.now(); show(JSON.parse(event.data)); } };
  mine.addEventListener("beat", () => { if (mine === source) { heard = Date.now(); stale(current === false); } });
}
let current = true;

function show(board) {
  current = board.current;
  stale(current === false);
  servers = [location.origin, ...(board.servers || []).filter((one) => one !== location.origin)];
  server = Math.max(0, servers.indexOf(new URL(source.url).origin));
  at("name").textContent = board.name || "";
  at("mongolian").textContent = board.mongolian || "";
  if (current === false) return;
  note(board.calls);
  last = board;
  draw();
}
let last = null;
const fresh = new Map();

// Only what the picture before showed is known: the numbers of a day come again on the next.
function note(calls) {
  const seen = new Map(calls.map((call) => [call.number + " " + call.window, call.times]));
  for (const call of calls) {
    const times = known.get(call.number + " " + call.window);
    if (!first && times !== call.times) fresh.set(call.number, Date.now() + FRESH);
  }
  known = seen;
  first = false;
}

function draw() {
  if (!last) return;
  const now = Date.now();
  const calls = [...last.calls].sort((a, b) => (fresh.get(b.number) > now) - (fresh.get(a.number) > now)).slice(0, ROWS);
  const rows = Math.max(calls.length, 3);
  const size = Math.min(18, 78 / rows * 0.62) + "vh";
  const box = at("calls");
  box.replaceChildren(...calls.map((call) => row(call, size, fresh.get(call.number) > now)));
  if (!calls.length) box.append(nobody());
  const older = [...last.calls.slice(ROWS), ...last.last].slice(0, 7);
  at("last").replaceChildren(...older.map((call) => {
    const line = document.createElement("li");
    line.append(word("span", call.number), word("span", call.window + " 号"));
    return line;
  }));
  at("waiting").textContent = "等候 " + last.waiting + " 人 · Waiting " + last.waiting;
}

function row(call, size, isFresh) {
  const line = document.createElement("div");
  line.className = isFresh ? "call fresh" : "call";
  line.style.setProperty("--size", size);
  const where = word("span", call.window + " 号窗口 ", "window");
  where.append(word("small", "Window"));
  line.append(word("span", call.number, "number"), word("span", "→", "arrow"), where);
  return line;
}

function nobody() {
  const box = word("div", "请等候叫号");
  box.id = "nobody";
  box.append(word("span", "Please wait for your number"));
  return box;
}

function word(tag, text, name) {
  const made = document.createElement(tag);
  made.textContent = text;
  if (name) made.className = name;
  return made;
}

function stale(yes) { at("stale").hidden = !yes; }

function tick() {
  const now = new Date();
  at("clock").textContent = now.toLocaleTimeString("zh-CN", { hour: "2-digit", minute: "2-digit", timeZone: "Asia/Shanghai" });
  if (Date.now() - heard > SILENCE) {
    stale(true);
    server += 1;
    heard = Date.now() - SILENCE / 2;
    connect();
  }
  draw();
}
heard = Date.now();
connect();
tick();
setInterval(tick, 1000);
