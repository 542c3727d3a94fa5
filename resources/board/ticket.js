"use strict";
const reference = location.pathname.split("/").pop();
const at = (id) => document.getElementById(id);
const SILENCE = 6000;
let servers = [location.origin], server = 0, source = null, heard = Date.now();

const SAYINGS = {
  waiting: (t) => ["前面还有 " + t.ahead + " 人", range(t), t.ahead + " people before you"],
  called: (t) => ["请到 " + t.window + " 号窗口", "", "Please go to window " + t.window],
  parked: () => ["已为您保留", "办好手上的事就回原来的窗口", "Kept for you. Come back to the same window."],
  no_show: () => ["已过号", "请到导诉台或窗口说一声，可以排回去", "You were called. Please tell the staff."],
  served: () => ["已办结", "", "Finished"],
  over: () => ["这张号票不是今天的", "", "This ticket is not of today"],
  unknown: () => ["没有这个号", "请问导诉台", "No such number. Please ask the staff."],
};

function range(ticket) {
  if (!ticket.wait || ticket.wait.length !== 2) return "";
  const gone = Math.max(0, Math.floor((Date.now() - Date.parse(ticket.issued)) / 60000));
  const low = Math.max(0, ticket.wait[0] - gone), high = Math.max(1, ticket.wait[1] - gone);
  return "大约还要等 " + low + " 到 " + high + " 分钟";
}

function show(ticket) {
  heard = Date.now();
  at("number").textContent = ticket.number;
  const [state, detail, english] = (SAYINGS[ticket.state] || SAYINGS.unknown)(ticket);
  at("state").textContent = ticket.current === false ? "正在重新连接，请听大厅叫号" : state;
  at("detail").textContent = detail;
  at("english").textContent = english;
  document.body.className = ticket.state;
}

function connect() {
  if (source) source.close();
  source = new EventSource(servers[server % servers.length] + "/events/ticket/" + reference);
  const mine = source;
  mine.onmessage = (event) => {
    if (mine !== source) return;
    const ticket = JSON.parse(event.data);
    servers = [location.origin, ...(ticket.servers || []).filter((one) => one !== location.origin)];
    server = Math.max(0, servers.indexOf(new URL(source.url).origin));
    show(ticket);
  };
  mine.addEventListener("beat", () => { if (mine === source) heard = Date.now(); });
}

function tick() {
  if (Date.now() - heard <= SILENCE) return;
  at("state").textContent = "正在重新连接，请听大厅叫号";
  at("detail").textContent = at("english").textContent = "";
  server += 1;
  heard = Date.now() - SILENCE / 2;
  connect();
}

if (/^\d{4}-\d{2}-\d{2}\.[A-Z]\d{3,4}$/.test(reference)) {
  connect();
  setInterval(tick, 1000);
} else show({ number: "", state: "unknown" });
