// The widget API as a server could speak it on its worst day: tests decide when it is
// slow, gone, forgetful or hostile.  What a healthy server does is tested on the real one.
import { json, PageServer, problem } from "./page-server.mjs";

export const POPULAR = {
  ru: [
    { title: "Доставка", questions: ["Сколько стоит доставка?", "Можно ли забрать заказ самому?", "Как отследить заказ?"] },
    { title: "Возврат", questions: ["Как вернуть товар?", "Когда вернутся деньги?"] },
  ],
  en: [
    { title: "Delivery", questions: ["How much is delivery?", "Can I collect the order myself?", "Where is my order?"] },
    { title: "Returns", questions: ["How do I return an item?", "When do I get my money back?"] },
  ],
};
const BOT = {
  ru: { name: "north", human: true, title: "Северный ветер", greeting: "Здравствуйте! Помогу с **выбором снаряжения**, доставкой и возвратом. Спросите своими словами." },
  en: { name: "north", human: true, title: "North Wind", greeting: "Hello! I can help with **choosing gear**, delivery and returns. Just ask." },
};

export class HostileServer extends PageServer {
  chats = new Map();
  /** Whether pages of other sites may call it. */
  cors = true;
  /** Requests that came in, as "METHOD /path". */
  seen = [];
  /** Each may return true after answering by itself. */
  interfere = () => false;
  /** Called with (chat, message) for each new message of a person. */
  onMessage = () => {};

  async stop() {
    await super.stop();
    for (const chat of this.chats.values()) chat.streams.clear();
  }

  only() {
    return [...this.chats.values()].at(-1);
  }

  say(chat, message) {
    const full = { seq: chat.messages.length + 1, text: "", created_at: new Date().toISOString(), ...message };
    chat.messages.push(full);
    this.emit(chat, "message", full, full.seq);
    return full;
  }

  /** Somebody else answers from now on. */
  become(chat, state) {
    chat.state = { operator: null, queue: null, rate: null, ...state };
    this.emit(chat, "state", chat.state);
  }

  emit(chat, event, data, id) {
    const lines = `${id === undefined ? "" : `id: ${id}\n`}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
    for (const res of chat.streams) res.write(lines);
  }

  async handle(req, res) {
    const url = new URL(req.url, this.url);
    this.seen.push(`${req.method} ${url.pathname}`);
    if (req.headers.origin && this.cors) {
      res.setHeader("Access-Control-Allow-Origin", req.headers.origin);
      res.setHeader("Access-Control-Expose-Headers", "Retry-After");
      res.setHeader("Access-Control-Allow-Headers", "Authorization, Content-Type");
      if (req.method === "OPTIONS") return void res.writeHead(204).end();
    }
    const chunks = [];
    for await (const chunk of req) chunks.push(chunk);
    const body = chunks.length > 0 ? JSON.parse(Buffer.concat(chunks).toString()) : {};
    if (await this.interfere(req, res, url, body)) return;
    if (!url.pathname.startsWith("/api/")) return this.file(url.pathname.endsWith("/") ? `${url.pathname}index.html` : url.pathname, res);
    if (url.pathname === "/api/v1/sessions") return this.session(body, res);
    if (url.pathname === "/api/v1/popular") return json(res, 200, { categories: POPULAR[url.searchParams.get("lang")] ?? POPULAR.en });
    const token = req.headers.authorization?.replace(/^Bearer /, "") ?? url.searchParams.get("token");
    const chat = this.chats.get(token);
    if (!chat) return problem(res, 401, "bad_token", "The session has run out.");
    return this.inside(chat, req, res, url, body);
  }

  inside(chat, req, res, url, body) {
    const after = Number(url.searchParams.get("after") ?? 0);
    switch (`${req.method} ${url.pathname}`) {
      case "GET /api/v1/messages": {
        const limit = Number(url.searchParams.get("limit") ?? 50);
        const messages = url.searchParams.has("after") ? chat.messages.filter((m) => m.seq > after).slice(0, limit) : chat.messages.slice(-limit);
        return json(res, 200, { messages, last_seq: chat.messages.length, ...chat.state });
      }
      case "POST /api/v1/messages": {
        const known = chat.ids.get(body.id);
        if (known) return json(res, 200, { seq: known, duplicate: true });
        const message = this.say(chat, { author: "person", text: body.text });
        chat.ids.set(body.id, message.seq);
        json(res, 201, { seq: message.seq, duplicate: false });
        return this.onMessage(chat, message);
      }
      case "POST /api/v1/typing":
        chat.typed = (chat.typed ?? 0) + 1;
        return void res.writeHead(204).end();
      case "POST /api/v1/return":
        this.become(chat, { responder: "bot" });
        return void res.writeHead(204).end();
      case "POST /api/v1/rating":
        chat.ratings.push(body);
        this.become(chat, { ...chat.state, rate: null });
        return void res.writeHead(204).end();
      case "GET /api/v1/transcript":
        res.writeHead(200, { "Content-Type": "text/plain; charset=utf-8" });
        return void res.end(`${url.searchParams}\n${chat.messages.map((m) => m.text).join("\n")}`);
      case "POST /api/v1/stop":
        chat.stopped = true;
        return json(res, 202, {});
      case "GET /api/v1/events":
        res.writeHead(200, { "Content-Type": "text/event-stream", "Cache-Control": "no-store" });
        res.write(": hello\n\n");
        res.write(`event: state\ndata: ${JSON.stringify(chat.state)}\n\n`);
        for (const m of chat.messages) if (m.seq > after) res.write(`id: ${m.seq}\nevent: message\ndata: ${JSON.stringify(m)}\n\n`);
        chat.streams.add(res);
        res.on("close", () => chat.streams.delete(res));
        return undefined;
    }
    return problem(res, 404, "not_found", "Nothing here.");
  }

  session(body, res) {
    const token = this.chats.has(body.token) ? body.token : `t${this.chats.size + 1}-${Math.random().toString(36).slice(2)}`;
    if (!this.chats.has(token)) this.chats.set(token, { token, messages: [], ids: new Map(), streams: new Set(), ratings: [], state: { responder: "bot" } });
    json(res, 201, { token, lang: body.lang, bot: BOT[body.lang] ?? BOT.en, popular: POPULAR[body.lang] ?? POPULAR.en, expires_at: "2099-01-01T00:00:00Z" });
  }
}
