"use strict";
const reference = location.pathname.split("/").pop();
const at = (id) => document.getElementById(id);
let heard = Date.now();

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

const source = new EventSource("/events/ticket/" + reference);
source.onmessage = (event) => show(JSON.parse(event.data));
source.addEventListener("beat", () => { heard = Date.now(); });
source.onerror = () => { if (source.readyState === EventSource.CLOSED) show({ number: "", state: "unknown" }); };
setInterval(() => {
  if (Date.now() - heard > 8000) { at("state").textContent = "正在重新连接，请听大厅叫号"; at("detail").textContent = ""; }
}, 1000);
