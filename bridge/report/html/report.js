"use strict";

// The table of messages, made from the data in the page. Every text goes in as a text node, so
// nothing in a message can become an element.

const PAGE = 50;
const MOST_PRINTED = 1000;
const CONTEXT = 60; // characters of a text around what differs
const DIFFERING = 400; // characters of what differs, before the whole stands behind a button
const PAUSE = 120; // milliseconds without a key before the search begins

const data = JSON.parse(document.getElementById("data").textContent);

// What messages share stands once in the data; here each has its own again, as the same object.
for (const message of data.messages) {
  for (const name of ["error", "held", "refusal"]) {
    if (message[name] !== undefined) message[name] = data.shared[message[name]];
  }
  message.changes = (message.changes || []).map((index) => data.shared[index]);
}

const state = { words: [], outcome: "", cause: "", reason: "", page: 0, open: new Set(), found: data.messages };

function element(name, properties = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (key === "class") made.className = value;
    else if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else made.setAttribute(key, value);
  }
  made.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== ""));
  return made;
}

// Characters that are not seen, or that turn a line around, are written out.
const UNSEEN = /[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Zl}\p{Zp}\u00a0\u3164]/u;
const JOINER = "\u200d";

function shown(text) {
  const parts = [];
  let plain = "";
  for (const char of text) {
    if (char === "\n" || char === JOINER || !UNSEEN.test(char)) {
      plain += char;
    } else {
      parts.push(plain, element("span", { class: "code-point" }, "U+" + char.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")));
      plain = "";
    }
  }
  parts.push(plain);
  return element("bdi", {}, parts);
}

// A text of the bridge's own, its field names as people know them.
const ours = (said) => shown(data.prefix ? said.replaceAll(data.prefix, "") : said);

const number = (value) => value.toLocaleString("en");
const field = (name) => (data.prefix && name.startsWith(data.prefix) ? name.slice(data.prefix.length) : name);
const fields = (names) => (names || []).map(field).join(", ");
const literal = (value) => (value === null ? "nothing" : typeof value === "string" ? value : value.json);

// Beside a number a text stands in quotation marks: else 12 and "12" would look the same.
const beside = (value, other) => (typeof value === "string" && other !== null && other.json ? JSON.stringify(value) : literal(value));

function difference(before, after) {
  const old = [...beside(before, after)];
  const now = [...beside(after, before)];
  if (data.masked || before === null || after === null) return { head: "", old: old.join(""), now: now.join(""), tail: "", cut: false };
  let start = 0;
  while (start < old.length && start < now.length && old[start] === now[start]) start += 1;
  let end = 0;
  while (end < old.length - start && end < now.length - start && old[old.length - 1 - end] === now[now.length - 1 - end]) end += 1;
  const head = old.slice(0, start);
  const tail = end ? old.slice(-end) : [];
  const brief = (chars) => (chars.length > DIFFERING ? chars.slice(0, DIFFERING).join("") + "…" : chars.join(""));
  const removed = old.slice(start, old.length - end);
  const added = now.slice(start, now.length - end);
  return {
    head: head.length > CONTEXT ? "…" + head.slice(-CONTEXT).join("") : head.join(""),
    old: brief(removed),
    now: brief(added),
    tail: tail.length > CONTEXT ? tail.slice(0, CONTEXT).join("") + "…" : tail.join(""),
    cut: head.length > CONTEXT || tail.length > CONTEXT || removed.length > DIFFERING || added.length > DIFFERING,
  };
}

// Changes that did the same to several fields stand together.
function alike(changes) {
  const groups = new Map();
  for (const change of changes) {
    const { field: name, ...same } = change;
    const key = JSON.stringify(same);
    if (groups.has(key)) groups.get(key).names.push(name);
    else groups.set(key, { change, names: [name] });
  }
  return [...groups.values()];
}

function changeOf({ change, names }) {
  const differs = difference(change.before, change.after);
  const side = (name, mark, middle) => element("div", {},
    element("dt", {}, name),
    element("dd", { class: "value" }, shown(differs.head), middle === "" ? "" : element(mark, {}, shown(middle)), shown(differs.tail)));
  const lost = change.lost ? `, ${number(change.lost)} characters cut` : "";
  return element("div", { class: "change" },
    element("div", {}, element("code", {}, shown(fields(names))), ` by ${change.fixer}: ${change.risk}${lost}`),
    change.why ? element("div", { class: "fact" }, ours(change.why)) : "",
    element("dl", {}, side("before", "del", differs.old), side("after", "ins", differs.now)),
    differs.cut ? element("details", {},
      element("summary", {}, "The whole of both"),
      element("blockquote", { class: "value" }, shown(literal(change.before))),
      element("blockquote", { class: "value" }, shown(literal(change.after)))) : "");
}

const quote = (said) => (said ? element("blockquote", { class: "value" }, shown(said)) : "");
const fact = (...said) => element("p", {}, ...said);
const code = (value) => element("code", {}, shown(value || "no code"));

function step(heading, at, ...children) {
  return element("li", {}, element("h3", {}, heading, at ? element("span", { class: "at" }, ` ${at}`) : ""), ...children);
}

function failed(message) {
  const cause = data.causes[message.cause] || {};
  return step("GoTallo's insert failed", "",
    quote(message.error),
    fact(code(cause.code), ` ${cause.kind || ""}`, fields(cause.fields) ? `, fields: ${fields(cause.fields)}` : "", ", cause ", element("code", {}, message.cause)),
    cause.advice ? fact(cause.advice) : "");
}

function planned(message) {
  const cause = data.causes[message.cause] || {};
  const held = message.held;
  if (!held) return step("Planned", "", fact(message.stands === "skipped" ? "It is skipped." : "It was ready to be sent.", cause.treatment ? ` The mapping: ${cause.treatment}.` : ""));
  return step(message.stands === "skipped" ? "Skipped" : `Held for ${data.reasons[held.reason]}`, "",
    held.what ? fact(ours(held.what)) : "",
    held.code || held.fields ? fact(held.code ? code(held.code) : "", held.code && held.fields ? ", " : "", held.fields ? `fields: ${fields(held.fields)}` : "") : "",
    held.advice ? fact(element("strong", {}, "What to do: "), ours(held.advice)) : "");
}

function refused(refusal) {
  return [
    quote(refusal.text),
    fact(code(refusal.code), ` ${refusal.kind}`, fields(refusal.fields) ? `, fields: ${fields(refusal.fields)}` : ""),
    fact(element("strong", {}, "What to do: "), refusal.advice),
  ];
}

function happenings(message) {
  const heals = (message.heals || []).map((one) => ({ at: one.at, step: step(`Refused, and repaired (round ${one.round})`, one.at, refused(one.refusal), fact(`Repaired by ${(one.fixers || []).join(", ") || "no fixer"}.`)) }));
  const approvals = (message.approvals || []).map((one) => ({ at: one.at, step: step(`Approved by ${one.who}`, one.at, one.what ? fact(ours(one.what)) : "") }));
  const amendments = (message.amendments || []).map((one) => ({ at: one.at, step: step(`Changed by ${one.who}`, one.at, fact(`Fields: ${fields(one.fields)}`), one.was ? fact("It was held or refused: ", ours(one.was)) : "") }));
  return [...heals, ...approvals, ...amendments].sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0)).map((one) => one.step);
}

function became(message) {
  const sent = message.attempts ? `Sent ${message.attempts === 1 ? "once" : `${message.attempts} times`}: ` : "";
  const heading = sent ? sent + data.stands[message.stands] : data.stands[message.stands][0].toUpperCase() + data.stands[message.stands].slice(1);
  return step(heading, "",
    message.refusal ? refused(message.refusal) : "",
    message.note ? fact(shown(message.note)) : "",
    message.id ? fact(rowLink(message)) : "");
}

function rowLink(message) {
  if (!data.link || !/^[A-Za-z0-9]{15,18}$/.test(message.id)) return element("code", {}, shown(message.id));
  return element("a", { href: data.link + message.id, rel: "noopener noreferrer" }, `${message.id} in Salesforce`);
}

function timeline(message) {
  const changes = message.changes;
  return element("ol", { class: "timeline" },
    failed(message),
    message.unreadable ? step("What GoTallo sent", "", quote(message.unreadable)) : "",
    changes.length ? step(changes.length === 1 ? "One change" : `${changes.length} changes`, "", alike(changes).map(changeOf)) : "",
    planned(message),
    happenings(message),
    message.held && !message.attempts && message.stands !== "present" ? "" : became(message));
}

function causeLine(id) {
  const cause = data.causes[id] || {};
  return cause.message || cause.code || "no code";
}

function rows(message) {
  const id = `message-${message.number}`;
  const open = state.open.has(message.number);
  const opener = element("button", {
    type: "button", class: "opener", "aria-expanded": String(open), "aria-controls": id,
    "aria-label": `Message ${message.number}, ${data.stands[message.stands]}: its timeline`,
    onclick: (event) => toggle(message, event.currentTarget),
  }, String(message.number));
  const cause = data.causes[message.cause] || {};
  const row = element("tr", {},
    element("td", {}, opener),
    element("th", { scope: "row" }, element("code", {}, shown(message.key || "unreadable")), message.conversation ? element("span", { class: "fact" }, shown(message.conversation)) : ""),
    element("td", {}, element("span", { class: `stands ${message.stands}` }, data.stands[message.stands]), message.held ? element("span", { class: "fact" }, `for ${data.reasons[message.held.reason]}`) : ""),
    element("td", {}, element("span", { class: "cause-line" }, shown(causeLine(message.cause))), element("span", { class: "fact" }, cause.message && cause.code ? cause.code : "")));
  return [row, element("tr", { class: "detail", id, ...(open ? {} : { hidden: "" }) }, element("td", { colspan: "4" }, open ? timeline(message) : ""))];
}

function toggle(message, opener) {
  const detail = document.getElementById(`message-${message.number}`);
  const open = !state.open.delete(message.number);
  if (open) state.open.add(message.number);
  opener.setAttribute("aria-expanded", String(open));
  detail.hidden = !open;
  detail.firstElementChild.replaceChildren(...(open ? [timeline(message)] : []));
}

function haystack(message) {
  if (message.haystack === undefined) {
    const { number: _, ...told } = message;
    const cause = data.causes[message.cause] || {};
    const more = [message.error, cause.code, cause.message, message.held && message.held.what, message.refusal && message.refusal.text, ...(message.heals || []).map((one) => one.refusal.text)];
    const changes = message.changes.map((one) => `${one.field} ${literal(one.before)} ${literal(one.after)}`);
    message.haystack = [`#${message.number}`, told.key, told.conversation, told.id, told.cause, told.note, ...more, ...changes].filter(Boolean).join("\n").toLowerCase();
  }
  return message.haystack;
}

function reason(message) {
  return message.stands === "held" ? message.held.reason : "";
}

function fits(message) {
  return (!state.outcome || message.stands === state.outcome)
    && (!state.cause || message.cause === state.cause)
    && (!state.reason || reason(message) === state.reason)
    && state.words.every((word) => haystack(message).includes(word));
}

function filter() {
  state.found = data.messages.filter(fits);
  state.page = 0;
  show();
}

const body = element("tbody");
const found = element("p", { role: "status" });
const where = element("span");
const earlier = element("button", { type: "button", onclick: () => turn(-1) }, "Earlier");
const later = element("button", { type: "button", onclick: () => turn(1) }, "Later");

function turn(by) {
  state.page += by;
  show();
}

function show(most = PAGE) {
  const total = state.found.length;
  const first = most === PAGE ? state.page * PAGE : 0;
  const last = Math.min(first + most, total);
  body.replaceChildren(...state.found.slice(first, last).flatMap(rows));
  found.textContent = total === data.messages.length ? `${number(total)} messages` : `${number(total)} of ${number(data.messages.length)} messages`;
  if (most !== PAGE && total > most) found.textContent += `, the first ${number(most)} printed`;
  where.textContent = total ? `${number(first + 1)} to ${number(last)}` : "none";
  earlier.disabled = first === 0;
  later.disabled = last >= total;
}

// A choice among the values that messages have, each with its number of messages.
function chooser(label, name, counts, words) {
  const control = element("select", { id: name, onchange: () => { state[name] = control.value; filter(); } },
    element("option", { value: "" }, "all"),
    [...counts].map(([value, count]) => element("option", { value }, `${words(value)} (${number(count)})`)));
  return element("div", {}, element("label", { for: name }, label), control);
}

function counted(of) {
  const counts = new Map();
  for (const message of data.messages) {
    const value = of(message);
    if (value) counts.set(value, (counts.get(value) || 0) + 1);
  }
  return [...counts].sort((one, other) => other[1] - one[1]);
}

function searcher() {
  let timer = 0;
  const input = element("input", {
    id: "search", type: "search", autocomplete: "off", spellcheck: "false",
    oninput: () => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        state.words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
        filter();
      }, PAUSE);
    },
  });
  const label = data.masked ? "Search (number, cause, code, field)" : "Search (text, key, code, field)";
  return element("div", {}, element("label", { for: "search" }, label), input);
}

function clear() {
  Object.assign(state, { words: [], outcome: "", cause: "", reason: "" });
  filter();
}

function controls() {
  const brief = (id) => {
    const line = causeLine(id);
    return line.length > CONTEXT ? `${line.slice(0, CONTEXT)}…` : line;
  };
  return element("form", { class: "filters", role: "search", "aria-label": "Messages", onsubmit: (event) => event.preventDefault() },
    searcher(),
    chooser("Outcome", "outcome", counted((one) => one.stands), (value) => data.stands[value]),
    chooser("Cause", "cause", counted((one) => one.cause), brief),
    chooser("Held for", "reason", counted(reason), (value) => data.reasons[value]),
    element("div", {}, element("button", { type: "reset", onclick: clear }, "Clear")));
}

function table() {
  const names = ["Number", "Message", "Outcome", "Cause"];
  return element("div", { class: "wide", role: "region", "aria-label": "Table of messages", tabindex: "0" },
    element("table", { class: "messages" },
      element("caption", {}, "Each message; its number opens its timeline"),
      element("thead", {}, element("tr", {}, names.map((name) => element("th", { scope: "col" }, name)))),
      body));
}

document.getElementById("browser").append(
  controls(),
  element("div", { class: "found" }, found, element("nav", { class: "pages", "aria-label": "Pages of messages" }, earlier, where, later)),
  table());
show();
addEventListener("beforeprint", () => show(MOST_PRINTED));
addEventListener("afterprint", () => show());
