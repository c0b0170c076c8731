// The console's API in memory: enough of a desk that its tests can say what happens and when.
// What the services do is tested on the real ones.
import { json, PageServer, problem } from "./page-server.mjs";

const CANNED = [
  { name: "hello", text: { ru: "Здравствуйте! Я человек, чем могу помочь?", en: "Hello! I am a human. How can I help?" } },
  { name: "help-hours", text: { ru: "Мы отвечаем с 9 до 21.", en: "We answer from 9 to 21." } },
  { name: "wait", text: { ru: "Минуту, проверю.", en: "One moment, let me check." } },
];
const MINUTE = 60_000;
const ago = (minutes) => new Date(Date.now() - minutes * MINUTE).toISOString();

export class FakeDesk extends PageServer {
  operators = [
    { id: 1, login: "vera", name: "Вера Смирнова", role: "admin", enabled: true, on_duty: true, capacity: 3, load: 0, lang: "", telegram: true },
    { id: 2, login: "anna", name: "Anna Petrova", role: "operator", enabled: true, on_duty: true, capacity: 3, load: 1, lang: "en", telegram: false },
    { id: 3, login: "oleg", name: "Олег Ким", role: "operator", enabled: false, on_duty: false, capacity: 2, load: 0, lang: "ru", telegram: true },
  ];
  chats = new Map();
  suggestions = 900; // made so far: their ids
  sessions = new Map();
  streams = new Set();
  /** Orders by their keys: each is obeyed once. */
  done = new Map();
  /** Uploads by their numbers, from 1. */
  files = [];
  /** What came in: {method, path, body}. */
  seen = [];
  /** May answer a request by itself; then it returns true. */
  interfere = () => false;
  audit = [{ at: ago(3), operator: "Вера Смирнова", what: "signed_in", detail: null, address: "192.0.2.7" },
    { at: ago(4), operator: "Вера Смирнова", what: "operator_changed", address: "192.0.2.7",
      detail: { operator: { id: 3, name: "Олег Ким", login: "oleg" }, change: { enabled: true, role: "admin", capacity: 5 } } },
    { at: ago(5), operator: null, what: "operator_changed", address: "command line",
      detail: { operator: { id: 4, name: "Boris", login: "b.petrov" }, change: { telegram: true } } },
    { at: ago(6), operator: "Boris", what: "operator_added", detail: { operator: { id: 4, name: "Boris" } }, address: "telegram" },
    { at: ago(7), operator: "Вера Смирнова", what: "job_retried", detail: { queue: "delivery", conversation: 11, title: "Мария Лебедева" }, address: "192.0.2.7" },
    { at: ago(8), operator: "Олег Ким", what: "locked_out", detail: { by: "login", failures: 5 }, address: "192.0.2.9" },
    { at: ago(9), operator: null, what: "sign_in_failed", detail: null, address: "192.0.2.9" },
    { at: ago(20), operator: "Вера Смирнова", what: "export_made", detail: { rows: 12, by: { id: 1, name: "Вера" } }, address: "192.0.2.7" }];
  hasGroup = true;
  jobs = [{ id: 71, queue: "delivery", conversation: 4, error: "Forbidden: bot was blocked by the user", created_at: ago(50) }];

  async stop() {
    await super.stop();
    this.streams.clear();
  }

  /** The shop calls Oleg and somebody whom nobody knows. */
  gaps() {
    const oleg = this.operators.find((one) => one.login === "oleg")?.enabled ? [] : ["oleg"];
    return this.hasGroup ? [{ bot: { name: "shop", title: { ru: "Северный ветер", en: "North Wind" } }, missing: [...oleg, "@boris"].join(", "), present: 2 - oleg.length }] : [];
  }

  /* --- what a test makes happen --------------------------------------------- */

  chat(id, title, more = {}) {
    const chat = {
      row: {
        id, bot: "shop", channel: { name: "shop-site", kind: "widget" }, title, lang: "ru", state: "bot", operator: null, reason: null,
        since: ago(1), last: null, last_seq: 0, unread: 0, rating: null, reachable: true, epoch: 1, handoff: null, ...more,
      },
      messages: [], notes: [], handoffs: [], suggestion: null,
      person: { name: title, identities: [{ channel: "shop-site", kind: "widget", user: `w-${id}`, name: title }], lang: "ru", since: ago(9000), tokens: { in: 5120, out: 830 }, earlier: [] },
    };
    this.chats.set(id, chat);
    return chat;
  }

  say(id, author, text, more = {}) {
    const chat = this.chats.get(id);
    const message = { seq: chat.messages.length + 1, author, name: null, text, html: null, attachments: [], delivery: null, created_at: new Date().toISOString(), edited_at: null, ...more };
    if (author === "operator") message.html = `<p>${text}</p>`;
    chat.messages.push(message);
    const { seq, created_at } = message;
    Object.assign(chat.row, { last: { seq, author, text, created_at }, last_seq: seq, unread: chat.row.unread + (author === "person" && chat.row.state !== "bot" ? 1 : 0) });
    this.emit("message", { conversation: id, message });
    this.emit("conversation", chat.row);
    return message;
  }

  suggest(id, text) {
    const chat = this.chats.get(id);
    chat.suggestion = { id: ++this.suggestions, text, last_seq: chat.row.last_seq };
    this.emit("suggestion", { conversation: id, suggestion: chat.suggestion });
  }

  change(id, change) {
    const chat = this.chats.get(id);
    Object.assign(chat.row, change);
    this.emit("conversation", chat.row);
  }

  call(id, reason = "asked", at = ago(0)) {
    const chat = this.chats.get(id);
    const handoff = 100 + id;
    chat.handoffs.unshift({ id: handoff, reason, detail: null, called_at: at, taken_at: null, ended_at: null, operator: null, outcome: null, rating: null, comment: null, events: [{ at, what: "called", operator: null, detail: null }] });
    this.change(id, { state: "waiting", reason, handoff, since: at, epoch: chat.row.epoch + 1, unread: 1 });
  }

  emit(event, data) {
    for (const stream of this.streams) {
      const isEphemeral = event === "delta" || event === "end" || event === "typing";
      if (isEphemeral && stream.watch !== data.conversation) continue;
      stream.res.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
    }
  }

  orders(verb) {
    return this.seen.filter((r) => r.path.endsWith("/orders") && r.body.verb === verb).map((r) => r.body);
  }

  /* --- HTTP ------------------------------------------------------------------- */

  async handle(req, res) {
    const url = new URL(req.url, this.url);
    const chunks = [];
    for await (const chunk of req) chunks.push(chunk);
    const bytes = Buffer.concat(chunks);
    const isJson = req.headers["content-type"] === "application/json";
    const body = isJson ? JSON.parse(bytes.toString()) : { bytes };
    const path = url.pathname.replace(/^\/console\/api/, "");
    if (url.pathname.startsWith("/console/api/")) this.seen.push({ method: req.method, path, body });
    if (await this.interfere({ req, res, path, body })) return;
    if (!url.pathname.startsWith("/console/api/")) return this.file(/\/$|^\/console$/.test(url.pathname) ? "/console/index.html" : url.pathname, res);
    if (path === "/login") return this.login(body, res);
    const session = /tandem_session=(\w+)/.exec(req.headers.cookie ?? "")?.[1];
    const me = this.operators.find((o) => o.id === this.sessions.get(session));
    if (!me) return problem(res, 401, "signed_out", "Sign in.");
    if (req.method !== "GET" && req.headers["x-csrf-token"] !== `csrf-${session}`) return problem(res, 403, "csrf", "Wrong token.");
    return this.inside({ me, session, req, res, url, path, body });
  }

  login(body, res) {
    const me = this.operators.find((o) => o.login === body.login && o.enabled);
    if (!me || body.password !== "correct horse") return problem(res, 401, "bad_password", "No.");
    const session = `s${this.sessions.size + 1}`;
    this.sessions.set(session, me.id);
    res.setHeader("Set-Cookie", `tandem_session=${session}; HttpOnly; SameSite=Strict; Path=/console`);
    return json(res, 200, { operator: me, csrf: `csrf-${session}` });
  }

  inside(ask) {
    const { me, session, req, res, path, body, url } = ask;
    const [, part, id, what] = path.split("/");
    switch (`${req.method} ${part}`) {
      case "GET me":
        return json(res, 200, { operator: me, csrf: `csrf-${session}`, bots: [{ name: "shop", title: { ru: "Северный ветер", en: "North Wind" }, canned: CANNED }] });
      case "POST me":
        Object.assign(me, body);
        this.emit("operator", me);
        return json(res, 200, { operator: me });
      case "POST logout":
        this.sessions.delete(session);
        return res.writeHead(204).end();
      case "GET events":
        return this.events(res, Number(url.searchParams.get("watch")));
      case "GET operators":
        return json(res, 200, id === "gaps" ? { gaps: this.gaps() } : { operators: this.operators });
      case "POST operators":
        return this.operator(id, body, res);
      case "POST files":
        return this.piece(this.files[Number(id) - 1], path.split("/").slice(3), body, res);
      case "GET files":
        return res.writeHead(200, { "Content-Type": this.files[Number(id) - 1].mime }).end(this.files[Number(id) - 1].bytes);
      case "GET audit":
        return json(res, 200, { entries: this.audit, next: null });
      case "GET jobs":
        return json(res, 200, { jobs: this.jobs });
      case "POST jobs":
        this.jobs = this.jobs.filter((job) => job.id !== Number(id));
        return res.writeHead(204).end();
    }
    return id ? this.conversation(this.chats.get(Number(id)), what, ask) : this.rows(ask);
  }

  operator(id, body, res) {
    const known = this.operators.find((o) => o.id === Number(id));
    const one = known ?? { id: this.operators.length + 1, enabled: true, on_duty: false, capacity: 3, load: 0, lang: "ru", telegram: false };
    const { password, ...rest } = body;
    Object.assign(one, rest);
    if (!known) this.operators.push(one);
    return json(res, known ? 200 : 201, one);
  }

  events(res, watch) {
    res.writeHead(200, { "Content-Type": "text/event-stream", "Cache-Control": "no-store" });
    const stream = { res, watch };
    this.streams.add(stream);
    res.on("close", () => this.streams.delete(stream));
    res.write("event: hello\ndata: {}\n\n");
  }

  /** Pieces are small, so that there are several. */
  begin({ id: key, name, mime, size }, res) {
    let file = this.files.find((f) => f.key === key);
    if (!file) this.files.push((file = { file: this.files.length + 1, key, name, mime, size, bytes: Buffer.alloc(0) }));
    return json(res, 201, { file: file.file, have: file.bytes.length, piece: 1000 });
  }

  piece(file, [verb, at], { bytes }, res) {
    if (verb === "drop") file.isDropped = true;
    if (verb === "drop") return res.writeHead(204).end();
    if (Number(at) === file.bytes.length) file.bytes = Buffer.concat([file.bytes, bytes]);
    return json(res, 200, { have: file.bytes.length });
  }

  attachments(numbers = []) {
    return numbers.map((n) => {
      const { name, mime, size } = this.files[n - 1];
      const kind = mime.startsWith("image/") ? "photo" : "document";
      return { kind, name, mime, size, url: `/console/api/files/${n}` };
    });
  }

  rows({ me, res, url }) {
    const rows = [...this.chats.values()].map((chat) => chat.row);
    const folders = {
      waiting: (r) => r.state === "waiting",
      mine: (r) => r.state === "operator" && r.operator.id === me.id,
      closed: (r) => r.state === "closed",
      all: () => true,
    };
    const query = url.searchParams.get("q")?.toLowerCase();
    const said = (r) => !query || JSON.stringify([r.title, this.chats.get(r.id).messages]).toLowerCase().includes(query);
    const folder = url.searchParams.get("folder");
    const found = rows.filter((r) => folders[folder](r) && said(r));
    const time = (r) => r.last?.created_at ?? r.since;
    found.sort((a, b) => (folder === "waiting" ? a.since.localeCompare(b.since) : time(b).localeCompare(time(a))));
    const counts = { waiting: rows.filter(folders.waiting).length, mine: rows.filter(folders.mine).length };
    return json(res, 200, { conversations: found, counts, next: null });
  }

  conversation(chat, what, { me, req, res, url, body }) {
    if (!chat) return problem(res, 404, "not_found", "No such conversation.");
    if (what === "orders") return this.obey(chat, me, body, res);
    if (what === "files") return this.begin(body, res);
    if (what === "typing") return res.writeHead(204).end();
    if (what === "messages") {
      const before = Number(url.searchParams.get("before") ?? Number.MAX_SAFE_INTEGER);
      const messages = chat.messages.filter((m) => m.seq < before).slice(-Number(url.searchParams.get("limit")));
      return json(res, 200, { messages, last_seq: chat.messages.length });
    }
    return json(res, 200, { conversation: chat.row, person: chat.person, handoffs: chat.handoffs, notes: chat.notes, suggestion: chat.suggestion, method: req.method });
  }

  /* --- orders ------------------------------------------------------------------ */

  obey(chat, me, order, res) {
    const known = this.done.get(order.id);
    if (known) return json(res, 200, { ...known, status: "again" });
    const { row } = chat;
    const isOthers = row.state === "operator" && row.operator.id !== me.id;
    if (isOthers && !order.force && ["take", "say", "use", "return", "close"].includes(order.verb)) {
      res.writeHead(409, { "Content-Type": "application/problem+json" });
      return res.end(JSON.stringify({ status: 409, code: "taken", detail: "taken", holder: row.operator }));
    }
    const seq = this.verbs[order.verb]?.call(this, chat, me, order);
    const answer = { status: "ok", seq: seq ?? null, epoch: row.epoch, state: row.state };
    this.done.set(order.id, answer);
    return json(res, 200, answer);
  }

  take(chat, me) {
    if (chat.row.operator?.id === me.id) return;
    const at = new Date().toISOString();
    const [open] = chat.handoffs;
    if (open) Object.assign(open, { taken_at: at, operator: { id: me.id, name: me.name } }).events.push({ at, what: "taken", operator: me.name, detail: null });
    Object.assign(chat.row, { state: "operator", operator: { id: me.id, name: me.name }, epoch: chat.row.epoch + 1, since: at });
    this.say(chat.row.id, "platform", `К вам присоединился оператор ${me.name}.`, { event: "joined", name: me.name });
  }

  end(chat, state, event, text) {
    const [open] = chat.handoffs;
    if (open) Object.assign(open, { ended_at: new Date().toISOString(), outcome: event });
    Object.assign(chat.row, { state, operator: null, handoff: null, reason: null, epoch: chat.row.epoch + 1 });
    this.say(chat.row.id, "platform", text, { event });
  }

  verbs = {
    take: (chat, me) => this.take(chat, me),
    say: (chat, me, { text = "", files, again, reply_to }) => {
      this.take(chat, me);
      const old = chat.messages[again - 1];
      if (old) return this.say(chat.row.id, "operator", old.text, { ...by(me), attachments: old.attachments, reply_to: old.reply_to }).seq;
      return this.say(chat.row.id, "operator", text, { ...by(me), attachments: this.attachments(files), reply_to: quoted(chat, reply_to) }).seq;
    },
    use: (chat, me, { text, reply_to }) => {
      const said = text ?? chat.suggestion.text;
      chat.suggestion = null;
      return this.say(chat.row.id, "operator", said, { ...by(me), reply_to: quoted(chat, reply_to) }).seq;
    },
    discard: (chat) => {
      chat.suggestion = null;
    },
    edit: (chat, _me, { seq, text }) => {
      const message = chat.messages[seq - 1];
      Object.assign(message, { text, html: `<p>${text}</p>`, edited_at: new Date().toISOString() });
      this.emit("message", { conversation: chat.row.id, message });
    },
    note: (chat, me, { text }) => {
      const note = { id: chat.notes.length + 1, operator: me.name, text, after: chat.messages.length, created_at: new Date().toISOString() };
      chat.notes.push(note);
      this.emit("note", { conversation: chat.row.id, ...note });
    },
    return: (chat) => this.end(chat, "bot", "returned", "Снова отвечает бот."),
    close: (chat) => this.end(chat, "closed", "closed", "Чат окончен."),
    transfer: (chat, _me, { operator }) => {
      const { id, name } = this.operators.find((o) => o.id === operator);
      this.change(chat.row.id, { operator: { id, name }, epoch: chat.row.epoch + 1 });
    },
    read: (chat) => {
      chat.row.unread = 0;
    },
    skip: () => {},
  };
}

/** What a message answers, as the services tell of it; `text`: as it is read. */
export function quoted(chat, seq, text) {
  const other = chat.messages[seq - 1];
  if (!other) return null;
  const { author, name, attachments } = other;
  const [file] = attachments;
  return { seq, author, ...(name ? { name } : {}), ...(text || other.text ? { text: text ?? other.text } : {}), ...(file ? { file: { kind: file.kind, name: file.name ?? null } } : {}) };
}

/** What a message of an operator's has. */
export function by({ id, name }) {
  return { name, operator_id: id, delivery: "sent" };
}

/** A desk in the middle of a day: what the screenshots show. */
export function busyDay(desk) {
  const telegram = { name: "shop-telegram", kind: "telegram" };
  const call = (id, title, minutes, reason, words, more = {}) => {
    desk.chat(id, title, more);
    desk.say(id, "person", words, { created_at: ago(minutes + 1) });
    desk.say(id, "bot", "Сейчас уточню, в статьях этого нет.", { html: "<p>Сейчас уточню, в статьях этого нет.</p>", created_at: ago(minutes + 0.5), delivery: "sent" });
    desk.call(id, reason, ago(minutes));
  };
  call(11, "Марина Ковалёва", 6, "asked", "Позовите человека, пожалуйста, заказ не пришёл", { channel: telegram });
  call(12, "James Whitfield", 1.4, "knowledge", "Do you ship the tent to Kazakhstan?", { lang: "en" });
  call(13, null, 0.2, "repeated", "где мой заказ 4417???");
  desk.chat(4, "Дмитрий Орлов", { channel: telegram, unread: 0 });
  const talk = [
    ["person", "Здравствуйте! Заказал палатку 12 числа, а трек не меняется уже четыре дня.", 1500],
    ["bot", "Здравствуйте! Обычно доставка занимает **3–5 дней**. Вот что можно сделать:\n\n1. Проверить [статус заказа](https://example.com/track)\n2. Написать номер заказа сюда", 1499, { sources: [{ title: "Доставка и сроки", url: "https://example.com/delivery" }, { title: "Статус заказа" }], buttons: [[{ text: "Где мой заказ?", data: "q:0:1" }, { text: "Позвать человека", data: "c:operator" }]] }],
    ["person", "Номер 4417. Проверял, там «передан в доставку» с субботы. Позовите человека.", 14],
    ["platform", "Переключаю на человека. Вы первый в очереди.", 13.9, { event: "called" }],
  ];
  for (const [author, text, minutes, more] of talk) desk.say(4, author, text, { created_at: ago(minutes), delivery: author === "bot" ? "sent" : null, ...more });
  desk.call(4, "asked", ago(13.9));
  desk.take(desk.chats.get(4), desk.operators[0]);
  const vera = by(desk.operators[0]);
  desk.say(4, "operator", "Дмитрий, здравствуйте! Вижу заказ 4417, сейчас спрошу у службы доставки.", { ...vera, created_at: ago(11) });
  desk.verbs.note(desk.chats.get(4), desk.operators[1], { text: "У «Быстрой почты» с субботы стоит сортировка в Твери, заявка 8812." });
  desk.say(4, "person", "Спасибо, жду. Вот фото накладной", { reply_to: quoted(desk.chats.get(4), 6), created_at: ago(6), attachments: [{ kind: "document", name: "nakladnaya-4417.pdf", url: "/console/api/files/1", mime: "application/pdf", size: 184_320 }] });
  desk.say(4, "operator", "Нашлось: посылка в Твери, завтра поедет дальше.", { ...vera, reply_to: quoted(desk.chats.get(4), 3), created_at: ago(3) });
  desk.say(4, "operator", "Ещё раз прошу прощения за задержку.", { ...vera, delivery: "failed", error: "Too Many Requests: retry after 5",
    failure: { ru: "слишком много сообщений сразу", en: "too many messages at once" }, created_at: ago(2.5) });
  desk.say(4, "person", "А если завтра не поедет?", { created_at: ago(0.5) });
  const chat = desk.chats.get(4);
  chat.suggestion = { id: 5, text: "Если до завтрашнего вечера статус не изменится, мы отправим **вторую палатку** за свой счёт – вам ничего делать не нужно.", last_seq: chat.row.last_seq };
  chat.row.unread = 1;
  chat.person.identities.push({ channel: "shop-telegram", kind: "telegram", user: "81234567", name: "@dorlov" });
  chat.person.earlier = [{ id: 21, title: "Дмитрий Орлов", channel: "shop-site", state: "closed", last_at: ago(60_000) }];
  chat.handoffs.push({ id: 50, reason: "limit", detail: "12 ответов подряд", called_at: ago(60_000), taken_at: ago(59_998), ended_at: ago(59_980), operator: { id: 2, name: "Anna Petrova" }, outcome: "closed", rating: 4, comment: "Быстро!", events: [] });
  desk.chat(21, "Светлана", { state: "closed", rating: 5, since: ago(300) });
  desk.say(21, "person", "Спасибо большое, всё получилось!", { created_at: ago(300) });
  desk.chat(22, "Тимур А.", { state: "operator", operator: { id: 2, name: "Anna Petrova" }, since: ago(20), channel: telegram });
  desk.say(22, "person", "Хорошо, тогда оформляю возврат", { created_at: ago(8) });
  desk.chat(23, "Olga Brandt", { lang: "en" });
  desk.say(23, "person", "Which sleeping bag is warm enough for March in Altai?", { created_at: ago(2) });
  desk.say(23, "bot", "For March in Altai take a comfort rating of **-15 °C** or lower.", { created_at: ago(1.9) });
  desk.operators[0].load = 1;
}
