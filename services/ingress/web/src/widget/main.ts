import css from "./widget.css";
import { Api } from "./api.ts";
import { accents } from "./color.ts";
import { Panel } from "./panel.ts";
import { siteStorage } from "./storage.ts";
import { pickLang } from "./strings.ts";

/**
 * <script src="https://host/widget.js" data-site="..." data-lang="auto|ru|en"
 *         data-theme="auto|light|dark" data-accent="#0b6b78" async></script>
 *
 * Elements of the page may carry data-tandem-open, or data-tandem-ask="a question".
 * Programs of the page have window.Tandem: open(), close(), ask(text), setLang(lang), setTheme(theme).
 */
const script = document.currentScript as HTMLScriptElement | null;

function styles(accent: string | undefined): CSSStyleSheet[] {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  const colors = accent ? accents(accent) : null;
  if (!colors) return [sheet];
  const own = new CSSStyleSheet();
  own.replaceSync(
    `:host{--fill:${colors.fill};--on:${colors.on};--ink-light:${colors.onLight};--ink-dark:${colors.onDark}}`,
  );
  return [sheet, own];
}

function start(source: string, options: DOMStringMap): Tandem {
  const site = options["site"] ?? "";
  const storage = siteStorage(site, () => localStorage);
  const lang = pickLang(
    storage.get("lang") ?? options["lang"] ?? "",
    document.documentElement.lang,
    navigator.languages,
  );
  const host = document.createElement("tandem-chat");
  host.dataset["theme"] = options["theme"] ?? "auto";
  const root = host.attachShadow({ mode: "open" });
  root.adoptedStyleSheets = styles(options["accent"]);
  const panel = new Panel(root, new Api(new URL(source).origin, site), storage, lang);
  document.body.append(host);
  document.addEventListener("click", (event) => {
    const asked = (event.target as Element | null)?.closest?.("[data-tandem-ask],[data-tandem-open]");
    if (!(asked instanceof HTMLElement)) return;
    event.preventDefault();
    const question = asked.dataset["tandemAsk"];
    if (question) panel.ask(question);
    else panel.open();
  });
  return {
    open: () => panel.open(),
    close: () => panel.close(),
    ask: (question) => panel.ask(question),
    setLang: (to) => panel.setLang(to),
    setTheme: (theme) => {
      host.dataset["theme"] = theme;
    },
  };
}

function boot(): void {
  if (window.Tandem || !script) return;
  if (!script.dataset["site"]) console.error("tandem: the script tag needs data-site");
  else window.Tandem = start(script.src, { ...script.dataset });
}

if (document.body) boot();
else addEventListener("DOMContentLoaded", boot);
