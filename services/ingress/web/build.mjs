// Builds everything that ingress serves to browsers: node build.mjs [--outdir DIR] [--watch]
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import * as esbuild from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const { values } = parseArgs({ options: { outdir: { type: "string", default: join(here, "dist") } } });
const final = resolve(values.outdir);
/** Built beside and swapped in whole: whoever reads meanwhile sees the old files or the new ones. */
const out = `${final}.new`;

/** Styles of the widget become text inside it, made small first. */
const cssText = {
  name: "css-text",
  setup(build) {
    build.onLoad({ filter: /widget\.css$/ }, async ({ path }) => {
      const source = readFileSync(path, "utf8");
      const { code } = await esbuild.transform(source, { loader: "css", minify: true, target: TARGET });
      return { contents: code.trim(), loader: "text" };
    });
  },
};

const TARGET = ["es2021", "chrome100", "firefox101", "safari16.4"];
const common = { bundle: true, minify: true, target: TARGET, legalComments: "none", logLevel: "warning" };

rmSync(out, { recursive: true, force: true });
mkdirSync(join(out, "docs"), { recursive: true });
await Promise.all([
  esbuild.build({
    ...common,
    entryPoints: [join(here, "src/widget/main.ts")],
    outfile: join(out, "widget.js"),
    format: "iife",
    plugins: [cssText],
  }),
  esbuild.build({
    ...common,
    entryPoints: ["shop.ts", "shop.css"].map((name) => join(here, "src/site", name)),
    outdir: out,
    format: "iife",
  }),
  esbuild.build({
    ...common,
    entryPoints: { console: join(here, "src/console/main.tsx"), style: join(here, "src/console/style/console.css") },
    outdir: join(out, "console/assets"),
    format: "iife",
    charset: "utf8",
    jsx: "automatic",
    jsxImportSource: "preact",
  }),
  esbuild.build({
    ...common,
    entryPoints: [join(here, "src/console/worker.ts")],
    outfile: join(out, "console/worker.js"),
    format: "iife",
  }),
  esbuild.build({
    ...common,
    entryPoints: ["docs.ts", "docs.css"].map((name) => join(here, "src/docs", name)),
    outdir: join(out, "docs"),
    format: "iife",
  }),
]);
cpSync(join(here, "src/console/index.html"), join(out, "console/index.html"));
cpSync(join(here, "src/docs/index.html"), join(out, "docs/index.html"));
cpSync(join(here, "src/docs/openapi.json"), join(out, "openapi.json"));
for (const name of ["index.html", "icon.svg"]) cpSync(join(here, "src/site", name), join(out, name));

rmSync(`${final}.old`, { recursive: true, force: true });
if (existsSync(final)) renameSync(final, `${final}.old`);
renameSync(out, final);
rmSync(`${final}.old`, { recursive: true, force: true });
