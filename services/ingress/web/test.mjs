// Unit tests: built by esbuild (so that any Node from 18 on can run them), run by node --test.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";

const tests = join(dirname(fileURLToPath(import.meta.url)), "test");
const out = mkdtempSync(join(tmpdir(), "tandem-web-test-"));
const files = readdirSync(tests).filter((name) => name.endsWith(".test.ts"));
try {
  await esbuild.build({
    entryPoints: files.map((name) => join(tests, name)),
    outdir: out,
    outExtension: { ".js": ".mjs" },
    bundle: true,
    format: "esm",
    platform: "node",
    // Node 18 has the Web Crypto of browsers, but not under its global name.
    banner: { js: 'import { webcrypto } from "node:crypto"; globalThis.crypto ??= webcrypto;' },
    sourcemap: "inline",
    logLevel: "warning",
  });
  const built = files.map((name) => join(out, name.replace(/\.ts$/, ".mjs")));
  process.exitCode = spawnSync(process.execPath, ["--enable-source-maps", "--test", ...built], { stdio: "inherit" }).status ?? 1;
} finally {
  rmSync(out, { recursive: true, force: true });
}
