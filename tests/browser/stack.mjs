// The real system in a folder of its own: PostgreSQL, Redis, ingress, llm-worker, and a model
// server whose words the test says.  TANDEM_BUILD names the folder of the programs.
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, createWriteStream, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { until } from "./browser.mjs";

const TOP = new URL("../..", import.meta.url).pathname;
const BUILD = process.env.TANDEM_BUILD ?? join(TOP, "build");
const WEB_ROOT = process.env.WEB_ROOT ?? join(TOP, "build/web");

/** The token of the operators' bot. */
export const DESK = "777:desk-of-the-browsers";
export const PASSWORD = "correct horse battery";

/** Speaks as a model does: a test takes each question and writes the answer piece by piece. */
export class Model {
  questions = [];
  /** It answers nobody, and says so. */
  isClosed = false;

  async start() {
    this.server = createServer((req, res) => void this.take(req, res));
    this.server.listen(0, "127.0.0.1");
    await once(this.server, "listening");
    this.url = `http://127.0.0.1:${this.server.address().port}/v1`;
    return this;
  }

  async take(req, res) {
    let body = "";
    for await (const chunk of req) body += chunk;
    if (this.isClosed) {
      res.writeHead(401, { "Content-Type": "application/json" });
      res.end('{"error":{"message":"no such key","type":"invalid_request_error","code":"invalid_api_key"}}');
      return;
    }
    res.writeHead(200, { "Content-Type": "text/event-stream" });
    this.questions.push(new Answer(JSON.parse(body).messages, res));
  }

  /** The answer to give to the question that holds these words. */
  asked(words) {
    return until(() => this.questions.find((q) => q.question.includes(words)), `the model is asked "${words}"`);
  }

  stop() {
    this.server.closeAllConnections();
    this.server.close();
  }
}

class Answer {
  constructor(messages, res) {
    this.messages = messages;
    this.question = messages.at(-1).content;
    this.res = res;
    this.isCut = false;
    res.on("close", () => {
      this.isCut = !res.writableEnded;
    });
  }

  write(text) {
    this.send({ choices: [{ index: 0, delta: { content: text }, finish_reason: null }] });
  }

  end(text = "") {
    if (text) this.write(text);
    this.send({ choices: [{ index: 0, delta: {}, finish_reason: "stop" }] });
    this.send({ choices: [], usage: { prompt_tokens: 10, completion_tokens: 10, total_tokens: 20 } });
    this.res.end("data: [DONE]\n\n");
  }

  send(chunk) {
    const whole = { id: "x", object: "chat.completion.chunk", created: 0, model: "test", ...chunk };
    this.res.write(`data: ${JSON.stringify(whole)}\n\n`);
  }
}

/** The fake of the Bot API, in a process of its own; people are chats there. */
export class Telegram {
  async start() {
    this.child = spawn("/usr/bin/python3", ["-m", "tests.fakes.telegram"], { cwd: TOP, stdio: ["ignore", "pipe", "inherit"] });
    const [line] = await once(this.child.stdout, "data");
    this.url = String(line).trim();
    return this;
  }

  async post(path, body) {
    const answer = await fetch(`${this.url}/_control/${path}`, { method: "POST", body: JSON.stringify(body) });
    assert.ok(answer.ok, `${path}: ${answer.status}`);
    return answer.json();
  }

  /** What reached a chat, oldest first. */
  async sent(chat) {
    const all = await (await fetch(`${this.url}/_control/sent`)).json();
    return all.filter((message) => message.chat.id === chat);
  }

  stop() {
    this.child.kill();
  }
}

/** Stacks of this process; others have other numbers. */
let made = 0;

export class Stack {
  processes = new Map();

  /** With a Telegram, operators have a desk there. */
  constructor({ telegram } = {}) {
    this.telegram = telegram;
  }

  /** Nothing of it is left where it did not come up. */
  async start() {
    try {
      return await this.open();
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  async open() {
    this.folder = mkdtempSync(join(tmpdir(), "tandem-browser-"));
    chmodSync(this.folder, 0o755); // PostgreSQL runs as a user of its own
    this.model = await new Model().start();
    this.env = { ...process.env, ...this.settings() };
    for (const line of this.servers("start").split("\n")) {
      const [, name, value] = /^(\w+)=(.*)$/.exec(line) ?? [];
      if (name) this.env[name] = value;
    }
    this.tandem("migrate");
    this.tandem("bot", "apply", this.bots());
    await this.run("llm-worker");
    await this.run("operator-relay");
    if (this.telegram) await this.run("courier");
    await this.run("ingress");
    await this.ready();
    return this;
  }

  settings() {
    this.port = 20_000 + ((process.pid * 4 + made++) % 12_000); // below those that connections are given
    this.url = `http://127.0.0.1:${this.port}`;
    return {
      TANDEM_SECRET: "a secret of the browser tests",
      LISTEN: `127.0.0.1:${this.port}`,
      WEB_ROOT,
      OPENAI_API_KEY: "test",
      OPENAI_BASE_URL: this.model.url,
      OPENAI_MODEL: "test",
      TELEGRAM_BOT_TOKEN: "",
      ...(this.telegram ? { TELEGRAM_API_ROOT: this.telegram.url, DESK_BOT_TOKEN: DESK } : {}),
    };
  }

  /** The bots as they are deployed, but that no words are held back to see whether they give the bot away. */
  bots() {
    const path = join(this.folder, "bots.yaml");
    const text = readFileSync(join(TOP, "deploy/bots.yaml"), "utf8");
    writeFileSync(path, text.replace(/^( +)handoff:$/m, "$&\n$1  give_away: []"));
    return path;
  }

  servers(verb) {
    return execFileSync(join(TOP, "scripts/servers"), [verb, this.folder], { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
  }

  /** Somebody who may sign in to the console. */
  addUser(login, name, lang, ...options) {
    this.tandemWith(`${PASSWORD}\n`, "user", "add", ...options, "--lang", lang, "--name", name, login);
  }

  tandem(...args) {
    this.tandemWith("", ...args);
  }

  tandemWith(input, ...args) {
    try {
      execFileSync(join(BUILD, "services/tandem/tandem"), args, { env: this.env, cwd: TOP, stdio: "pipe", input });
    } catch (error) {
      throw new Error(`tandem ${args.join(" ")}: ${error.stderr}${error.stdout}`);
    }
  }

  async run(name) {
    if (this.processes.has(name)) throw new Error(`${name} runs already`);
    const log = createWriteStream(join(this.folder, `${name}.log`), { flags: "a" });
    const child = spawn(join(BUILD, "services", name, name), [], { env: this.env, stdio: ["ignore", "pipe", "pipe"] });
    child.stdout.pipe(log, { end: false });
    child.stderr.pipe(log, { end: false });
    await once(child, "spawn");
    this.processes.set(name, child);
  }

  /** As the kernel would: at once, without a word. */
  async kill(name, signal = "SIGKILL") {
    const child = this.processes.get(name);
    this.processes.delete(name);
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, "exit");
    child.kill(signal);
    await gone;
  }

  ready() {
    const ok = async () => (await fetch(`${this.url}/readyz`)).ok;
    return until(ok, `ingress is ready; ${this.folder}/ingress.log`);
  }

  log(name) {
    return readFileSync(join(this.folder, `${name}.log`), "utf8");
  }

  async stop() {
    this.model?.stop();
    for (const name of [...this.processes.keys()]) await this.kill(name, "SIGTERM");
    this.servers("stop");
    rmSync(this.folder, { recursive: true, force: true });
  }
}
