// A server of the built pages; what else it answers is up to who extends it.
import { createServer } from "node:http";
import { readFile } from "node:fs/promises";
import { extname, join, normalize } from "node:path";

const TYPES = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".json": "application/json", ".svg": "image/svg+xml" };

/** Calls handle(req, res) for each request. */
export class PageServer {
  /** null: pages have none, as on most sites. */
  policy = "default-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'";

  constructor(webRoot) {
    this.webRoot = webRoot;
  }

  async start(port = 0) {
    this.server = createServer((req, res) => void this.handle(req, res));
    await new Promise((resolve) => this.server.listen(port, "127.0.0.1", resolve));
    this.port = this.server.address().port;
    this.url = `http://127.0.0.1:${this.port}`;
    return this;
  }

  /** As kill -9: connections break, the port is closed; what was said is remembered. */
  async stop() {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  restart() {
    return this.start(this.port);
  }

  async file(name, res) {
    try {
      const bytes = await readFile(join(this.webRoot, normalize(name)));
      res.writeHead(200, { "Content-Type": TYPES[extname(name)] ?? "application/octet-stream", ...(this.policy ? { "Content-Security-Policy": this.policy } : {}) });
      res.end(bytes);
    } catch {
      problem(res, 404, "not_found", "No such file.");
    }
  }
}

export function json(res, status, body) {
  res.writeHead(status, { "Content-Type": "application/json" });
  res.end(JSON.stringify(body));
}

export function problem(res, status, code, detail, headers = {}) {
  res.writeHead(status, { "Content-Type": "application/problem+json", ...headers });
  res.end(JSON.stringify({ type: "about:blank", title: code, status, code, detail }));
}
